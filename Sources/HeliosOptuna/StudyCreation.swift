import Foundation
import Helios
import TorchSerialization

/// Loads a study, or creates it if it is not there.
///
/// A search that was stopped, whatever stopped it, resumes exactly: with the trial that was under way, its number, what
/// it has been suggested, and the state of the sampler, which is on the disk before a suggestion is used. One program at
/// a time uses a study; another one waits ten seconds, and fails. On several processes, all call this.
///
/// - Parameters:
///   - options: the study.
///   - samplerPath: the folder with the states of the sampler, one file for each trial. By default it is beside the file of
///     the study; a study in a database needs one.
///   - backupStudy: whether a study that is there is copied first, into `<file>.backup-<number>`; the five newest copies
///     stay. A study in a database is not copied: that is for the database's own tools.
///   - backupSamplers: whether the states of the sampler are copied with it.
///   - warn: gets the warnings; by default they are printed to the standard error.
/// - Throws: `OptunaError` if there is no Python or no package, if the study is used by another program, has another
///   direction or sampler, or is of a version that this Optuna cannot read.
public func createOrLoadStudy(
    _ options: StudyOptions, samplerPath: URL? = nil, backupStudy: Bool = true, backupSamplers: Bool = true,
    warn: @escaping @Sendable (String) -> Void = printWarning
) throws -> Study {
    try openStudy(
        options, samplerPath: samplerPath, backupStudy: backupStudy, backupSamplers: backupSamplers, origin: nil, warn)
}

/// Creates a study with the first trials of another one in the same storage, so that the search is done again from a
/// trial on: with other code for the rest, say.
///
/// The other study stays as it is. The sampler has the state in which it began that trial, so that it suggests the same.
///
/// - Parameters:
///   - number: the number of the first trial that is done again.
///   - original: the name of the other study.
///   - originalSamplerPath: the folder with the states of its sampler, if it is not the default one.
///   - options: the new study, whose name is another one.
///   - samplerPath: the folder for the states of its sampler.
///   - backupStudy: whether the storage is copied first.
///   - backupSamplers: whether the states in the folder of the new study are copied with it.
///   - warn: gets the warnings.
/// - Throws: `OptunaError` as `createOrLoadStudy`; also if there is no such study, if not all trials before that one
///   are over, or if the new name is taken.
public func createStudy(
    startingFromTrial number: Int, of original: String, _ options: StudyOptions, samplerPath: URL? = nil,
    originalSamplerPath: URL? = nil, backupStudy: Bool = true, backupSamplers: Bool = true,
    warn: @escaping @Sendable (String) -> Void = printWarning
) throws -> Study {
    guard original != options.name else {
        throw OptunaError("the new study needs another name than '\(VisibleText.of(original))', which stays as it is")
    }
    guard number >= 0 else { throw OptunaError("the first trial is 0, not \(number)") }
    var named = options
    named.name = original
    try named.validate()
    let folder = try originalSamplerPath ?? named.samplerFolder()
    return try openStudy(
        options, samplerPath: samplerPath, backupStudy: backupStudy, backupSamplers: backupSamplers,
        origin: ["name": .string(original), "trial": .int(number), "folder": .string(folder.path)], warn)
}

/// Prints a warning to the standard error.
@Sendable public func printWarning(_ text: String) {
    FileHandle.standardError.write(Data("warning: \(text)\n".utf8))
}

private func openStudy(
    _ options: StudyOptions, samplerPath: URL?, backupStudy: Bool, backupSamplers: Bool, origin: JSONValue?,
    _ warn: @escaping @Sendable (String) -> Void
) throws -> Study {
    try options.validate()
    let folder = try samplerPath ?? options.samplerFolder()
    let (address, file): (String?, String?) =
        switch options.storage {
        case .sqlite(let file): (nil, file.path)
        case .database(let address): (address, nil)
        }
    let connection = try StudyConnection(World.join(), timeout: options.timeout) {
        try StudyProcess(options.python, warn: warn)
    }
    return try Study(
        options, connection,
        opening: [
            "do": .string("open"), "name": .string(options.name), "storage": .string(address), "file": .string(file),
            "direction": .string(options.direction.rawValue), "sampler": options.sampler.description.json,
            "pruner": options.pruner.description.json, "folder": .string(folder.path), "backup": .bool(backupStudy),
            "lockPatience": .double(options.lockPatience), "databasePatience": .double(options.databasePatience),
            "backupSamplers": .bool(backupSamplers), "origin": origin ?? .null,
            "process": .int(Int(ProcessInfo.processInfo.processIdentifier)),
        ], warn)
}
