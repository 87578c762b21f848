import Foundation
import Helios

/// The result of reading a file, or all files in a folder, completely.
struct Verification {
    struct File {
        let path: String
        let byteCount: Int
        let tensorCount: Int
        /// The number of files that an index names; `nil` for any other file.
        var shardCount: Int?
        /// `nil` for a file that is not a trainer's checkpoint.
        let counters: TrainingCounters?
        let outcome: Outcome
    }

    /// What is known about a file.
    enum Outcome: Equatable {
        case whole
        /// It is damaged, or not a file of state at all.
        case broken(String)
        /// The system does not allow reading it, so nothing is known about it.
        case unreadable(String)
        /// Nothing is known to be wrong with it, but it holds something that is not read here.
        case unsupported(String)

        init(_ error: TorchFileError) {
            self =
                switch error.kind {
                case .invalid: .broken(error.reason)
                case .access: .unreadable(error.reason)
                case .unsupported: .unsupported(error.reason)
                }
        }
    }

    /// The checkpoints of one model in a folder.
    struct Training {
        let saveName: String
        let folder: String
        /// The file that training would resume from; `nil` if none can be read.
        let newest: String?
    }

    private(set) var files: [File] = []
    private(set) var trainings: [Training] = []

    var isWhole: Bool { files.allSatisfy { $0.outcome == .whole } }

    /// The exit status: no if a file is broken, and trouble if one could not be checked.
    var status: Int32 {
        if isWhole { return Status.yes }
        let isBroken = files.contains { if case .broken = $0.outcome { true } else { false } }
        return isBroken ? Status.no : Status.trouble
    }

    init(of path: String) throws {
        guard let status = SystemPath.status(path) else {
            throw CommandError("\(path): \(errno == ENOENT ? "there is no such file or folder" : lastError())")
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
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

    /// The folder itself, and those up to two levels below: a checkpoint root has one for each model, and lies in the
    /// folder of a run.
    private static func folders(_ path: String) throws -> [String] {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let below = try subfolders(of: path)
        return [path] + (try below.flatMap { try [$0] + subfolders(of: $0) })
    }

    private static func subfolders(of path: String) throws -> [String] {
        try contents(of: path).map { "\(path)/\($0)" }.filter { SystemPath.isFolder($0) }
    }

    /// The files of state, except those that an index names, which are read with it.
    private static func names(in folder: String) throws -> [String] {
        let names = try contents(of: folder).filter { name in
            StateFile.Format(named: name) != nil && !name.hasPrefix(".") && !SystemPath.isFolder("\(folder)/\(name)")
        }
        var indexed: Set<String> = []
        for name in names where StateFile.Format(named: name) == .sharded {
            indexed.formUnion(ShardedSafetensorsFile.fileNames(inPath: "\(folder)/\(name)"))
        }
        return names.filter { !indexed.contains($0) || StateFile.Format(named: $0) == .sharded }
    }

    private static func contents(of folder: String) throws -> [String] {
        do {
            return try SystemPath.names(in: folder)
        } catch {
            throw CommandError("\(folder): the folder cannot be read: \(error.reason)")
        }
    }

    /// Checks a file, and for an index also the files that it names.
    private static func files(_ path: String) -> [File] {
        guard let format = try? StateFile.Format(contentsOf: path), format == .sharded else { return [file(path)] }
        let check = ShardedSafetensorsCheck(path: path)
        return check.files.enumerated().map { number, file in
            let isIndex = number == 0
            var outcome = file.error.map { Outcome($0) } ?? .whole
            var counters: TrainingCounters?
            if isIndex, check.isWhole {
                // Its metadata may describe a tree.
                do {
                    counters = TrainingCounters(try StateFile(path).value)
                } catch {
                    outcome = Verification.outcome(error, of: path)
                }
            }
            return File(
                path: isIndex ? path : StateFile.path(of: file.name, beside: path),
                byteCount: file.byteCount, tensorCount: file.tensorCount,
                shardCount: isIndex ? check.files.count - 1 : nil, counters: counters, outcome: outcome)
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
                counters: TrainingCounters(file.value), outcome: .whole)
        } catch {
            return File(
                path: path, byteCount: byteCount, tensorCount: 0, counters: nil, outcome: outcome(error, of: path))
        }
    }

    private static func outcome(_ error: any Error, of path: String) -> Outcome {
        guard let error = error as? TorchFileError else { return .broken("\(error)") }
        guard error.kind == .unsupported else { return Outcome(error) }
        do {
            // A file that is not read here can still be damaged.
            try OpenTorchFile.requireIntactRecords(path: path)
            return Outcome(error)
        } catch {
            return Outcome(error)
        }
    }

    private mutating func addTrainings(in folder: String) {
        var names: [String: [TrainingName]] = [:]
        let whole = Set(files.filter { $0.outcome == .whole }.map(\.path))
        for file in files where SystemPath.folder(of: file.path) == folder {
            guard file.counters?.isAfterError != true,
                let name = TrainingName(path: file.path, saveNumber: file.counters?.saveNumber)
            else { continue }
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

    /// Whether a trainer could resume from an intact file.
    private static func isUsable(_ path: String) -> Bool {
        (try? CheckpointInspection.requireUsable(OpenTorchFile(path: path))) != nil
    }
}

/// The form of a checkpoint's name, whatever the model is called: `<model>_epoch_<e>_iter_<i><metadata>.pth`.
///
/// The order is the trainer's: of two checkpoints of one step, the one that was written later is the greater.
struct TrainingName: Comparable {
    let saveName: String
    let fileName: String
    private let epoch, iteration: Int
    private let saveNumber: Int
    private let modificationDate: Date

    /// - Parameter saveNumber: when the checkpoint was written among those of its training; `nil` if it does not say,
    ///   so that its date counts.
    init?(path: String, saveNumber: Int?) {
        let fileName = SystemPath.name(of: path)
        guard let match = fileName.wholeMatch(of: /(.+?)_epoch_(\d+)_iter_(\d+)(?:\D.*)?\.pth/),
            let epoch = Int(match.2), let iteration = Int(match.3)
        else { return nil }
        saveName = String(match.1)
        self.fileName = fileName
        self.epoch = epoch
        self.iteration = iteration
        self.saveNumber = saveNumber ?? 0
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        modificationDate = attributes?[.modificationDate] as? Date ?? .distantPast
    }

    static func < (left: TrainingName, right: TrainingName) -> Bool {
        (left.epoch, left.iteration, left.saveNumber, left.modificationDate, left.fileName)
            < (right.epoch, right.iteration, right.saveNumber, right.modificationDate, right.fileName)
    }
}

// MARK: Output

extension Verification {
    var lines: [String] {
        var lines: [String] = files.map { file in
            let path = VisibleText.of(SystemPath.visible(file.path))
            switch file.outcome {
            case .whole: break
            case .broken(let reason): return "broken  \(path): \(VisibleText.of(reason))"
            case .unreadable(let reason): return "unread  \(path): \(VisibleText.of(reason))"
            case .unsupported(let reason): return "other   \(path): \(VisibleText.of(reason))"
            }
            let tensors = Quantity.count(file.tensorCount, "tensor")
            let counters = file.counters.map { ", epoch \($0.epoch), iteration \($0.iteration)" } ?? ""
            let shards = file.shardCount.map { " in \(Quantity.count($0, "file"))" } ?? ""
            return "whole   \(path): \(tensors)\(shards), \(Quantity.bytes(file.byteCount))\(counters)"
        }
        for training in trainings {
            let name = VisibleText.of(SystemPath.visible(training.saveName))
            lines.append(
                training.newest.map { "'\(name)' resumes from \(VisibleText.of(SystemPath.visible($0)))" }
                    ?? "'\(name)' cannot resume: none of its checkpoints can be read")
        }
        return lines
    }

    var json: JSONValue {
        [
            "whole": .bool(isWhole),
            "files": .array(
                files.map { file in
                    [
                        "path": .path(file.path), "whole": .bool(file.outcome == .whole),
                        "outcome": .string(file.outcome.name),
                        "reason": .string(file.outcome.reason),
                        "byteCount": .int(file.byteCount), "tensors": .int(file.tensorCount),
                        "shards": .int(file.shardCount),
                        "training": file.counters?.json ?? .null,
                    ]
                }),
            "trainings": .array(
                trainings.map { training in
                    [
                        "saveName": .path(training.saveName), "folder": .path(training.folder),
                        "goesOnFrom": training.newest.map { .path($0) } ?? .null,
                    ]
                }),
        ]
    }
}

extension Verification.Outcome {
    /// The outcome's word in the JSON document.
    fileprivate var name: String {
        switch self {
        case .whole: "whole"
        case .broken: "broken"
        case .unreadable: "unreadable"
        case .unsupported: "unsupported"
        }
    }

    /// Why it is not whole.
    fileprivate var reason: String? {
        switch self {
        case .whole: nil
        case .broken(let reason), .unreadable(let reason), .unsupported(let reason): reason
        }
    }
}
