import Foundation
import Helios

/// What came of reading a file, or all files in a folder, as a whole.
struct Verification {
    struct File {
        let path: String
        let byteCount: Int
        let tensorCount: Int
        /// How many files an index names; nil for any other file.
        var shardCount: Int?
        /// nil for a file that is no trainer's checkpoint.
        let counters: TrainingCounters?
        /// What is wrong with it; nil where nothing is.
        let failure: String?
    }

    /// The checkpoints of one model in a folder.
    struct Training {
        let saveName: String
        let folder: String
        /// The file that training would go on from; nil where none can be read.
        let newest: String?
    }

    private(set) var files: [File] = []
    private(set) var trainings: [Training] = []

    var isWhole: Bool { files.allSatisfy { $0.failure == nil } }

    init(of path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw CommandError("\(path): there is no such file or folder")
        }
        guard isFolder.boolValue else {
            files = Verification.files(path)
            return
        }
        let folders = try Verification.folders(path)
        let paths = try folders.map { folder in try Verification.names(in: folder).map { "\(folder)/\($0)" } }
        let count = paths.reduce(0) { $0 + $1.count }
        guard count > 0 else { throw CommandError("\(path): there are no checkpoints in this folder") }
        var done = 0
        for (folder, paths) in zip(folders, paths) {
            for path in paths {
                done += 1
                files += Progress.during("verifying \(done) of \(count): \(path)") { Verification.files(path) }
            }
            addTrainings(in: folder)
        }
    }

    /// The folder itself, and those right below it: a checkpoint root has one for each model.
    private static func folders(_ path: String) throws -> [String] {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let names = try contents(of: path)
        let folders = names.map { "\(path)/\($0)" }.filter { name in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) && isFolder.boolValue
        }
        return [path] + folders
    }

    /// The files of state, but for those that an index names, which are read with it.
    private static func names(in folder: String) throws -> [String] {
        let names = try contents(of: folder).filter { name in
            var isFolder: ObjCBool = false
            return StateFile.Format(named: name) != nil && !name.hasPrefix(".")
                && FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
                && !isFolder.boolValue
        }
        var indexed: Set<String> = []
        for name in names where StateFile.Format(named: name) == .sharded {
            let index = URL(filePath: "\(folder)/\(name)")
            indexed.formUnion(ShardedSafetensorsFile.fileNames(in: index))
        }
        return names.filter { !indexed.contains($0) || StateFile.Format(named: $0) == .sharded }
    }

    private static func contents(of folder: String) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        } catch {
            throw CommandError("\(folder): the folder cannot be read: \(error.localizedDescription)")
        }
    }

    /// A file, and those that it names where it is an index.
    private static func files(_ path: String) -> [File] {
        guard let format = try? StateFile.Format(contentsOf: path), format == .sharded,
            let check = try? ShardedSafetensorsCheck(URL(filePath: path))
        else { return [file(path)] }
        return check.files.enumerated().map { number, file in
            let isIndex = number == 0
            var failure = file.fault
            var counters: TrainingCounters?
            if isIndex, check.isWhole {
                // Its metadata may describe a tree.
                do {
                    counters = TrainingCounters(try StateFile(path).value)
                } catch {
                    failure = "\(error)".replacing("\(path): ", with: "", maxReplacements: 1)
                }
            }
            return File(
                path: isIndex ? path : StateFile.path(of: file.name, beside: path),
                byteCount: file.byteCount, tensorCount: file.tensorCount,
                shardCount: isIndex ? check.files.count - 1 : nil, counters: counters, failure: failure)
        }
    }

    private static func file(_ path: String) -> File {
        let byteCount = (try? StateFile.size(path)) ?? 0
        do {
            let file = try StateFile(path)
            try file.verify()
            let tree = StateTree(file.value)
            return File(
                path: path, byteCount: byteCount, tensorCount: tree.totals(of: tree.root).tensors,
                counters: TrainingCounters(file.value), failure: nil)
        } catch {
            let reason = (error as? TorchFileError)?.reason ?? "\(error)"
            return File(path: path, byteCount: byteCount, tensorCount: 0, counters: nil, failure: reason)
        }
    }

    private mutating func addTrainings(in folder: String) {
        var names: [String: [TrainingName]] = [:]
        let whole = Set(files.filter { $0.failure == nil }.map(\.path))
        for file in files where (file.path as NSString).deletingLastPathComponent == folder {
            guard let name = TrainingName((file.path as NSString).lastPathComponent) else { continue }
            names[name.saveName, default: []].append(name)
        }
        for (saveName, names) in names.sorted(by: { $0.key < $1.key }) {
            let newest = names.sorted().last { name in
                let path = "\(folder)/\(name.fileName)"
                return whole.contains(path) && Verification.isUsable(path)
            }
            trainings.append(Training(saveName: saveName, folder: folder, newest: newest?.fileName))
        }
    }

    /// Whether a trainer could go on from a file that is whole.
    private static func isUsable(_ path: String) -> Bool {
        let state = try? Progress.during("reading \(path)") { try TorchFile.loadDictionary(URL(filePath: path)) }
        return state.map { (try? CheckpointInspection.requireUsable($0)) != nil } ?? false
    }
}

/// The name of a checkpoint, whatever the model is called: `<model>_epoch_<e>_iter_<i><metadata>.pth`.
struct TrainingName: Comparable {
    let saveName: String
    let fileName: String
    private let epoch, iteration: Int

    init?(_ fileName: String) {
        guard let match = fileName.wholeMatch(of: /(.+?)_epoch_(\d+)_iter_(\d+)(?:\D.*)?\.pth/),
            let epoch = Int(match.2), let iteration = Int(match.3)
        else { return nil }
        saveName = String(match.1)
        self.fileName = fileName
        self.epoch = epoch
        self.iteration = iteration
    }

    static func < (left: TrainingName, right: TrainingName) -> Bool {
        (left.epoch, left.iteration, left.fileName) < (right.epoch, right.iteration, right.fileName)
    }
}

// MARK: Output

extension Verification {
    var lines: [String] {
        var lines: [String] = files.map { file in
            let path = VisibleText.of(file.path)
            if let failure = file.failure { return "broken  \(path): \(VisibleText.of(failure))" }
            let tensors = Quantity.count(file.tensorCount, "tensor")
            let counters = file.counters.map { ", epoch \($0.epoch), iteration \($0.iteration)" } ?? ""
            let shards = file.shardCount.map { " in \(Quantity.count($0, "file"))" } ?? ""
            return "whole   \(path): \(tensors)\(shards), \(Quantity.bytes(file.byteCount))\(counters)"
        }
        for training in trainings {
            let name = VisibleText.of(training.saveName)
            lines.append(
                training.newest.map { "'\(name)' goes on from \(VisibleText.of($0))" }
                    ?? "'\(name)' cannot go on: none of its checkpoints can be read")
        }
        return lines
    }

    var json: JSONValue {
        .object([
            ("whole", .bool(isWhole)),
            (
                "files",
                .array(
                    files.map { file in
                        .object([
                            ("path", .string(file.path)), ("whole", .bool(file.failure == nil)),
                            ("reason", file.failure.map { .string($0) } ?? .null),
                            ("byteCount", .int(file.byteCount)), ("tensors", .int(file.tensorCount)),
                            ("shards", file.shardCount.map { .int($0) } ?? .null),
                            ("training", file.counters?.json ?? .null),
                        ])
                    })
            ),
            (
                "trainings",
                .array(
                    trainings.map { training in
                        .object([
                            ("saveName", .string(training.saveName)), ("folder", .string(training.folder)),
                            ("goesOnFrom", training.newest.map { .string($0) } ?? .null),
                        ])
                    })
            ),
        ])
    }
}
