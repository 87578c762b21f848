import Foundation
import Torch
import TorchOptim
import TorchSerialization

extension ShardedOptimizer {
    /// Writes the state into files, each rank its own part at the same time. All ranks call it.
    ///
    /// ```swift
    /// try optimizer.save(to: folder.appending(path: "optimizer.safetensors.index.json"))
    /// ```
    /// What the index names is always complete: the parts have new names, and the index of an older save is replaced
    /// when all of them are on the disk. Then the older parts are deleted. ``ShardedOptimizerFile`` says what is in the
    /// files.
    ///
    /// - Parameter index: a file whose name ends in `.safetensors.index.json`, in a folder that all ranks share.
    /// - Throws: on all ranks if one cannot write its part: its own error there, a ``DistributedError`` that has its
    ///   text elsewhere. Then an older save is still there.
    public func save(to index: URL) throws {
        let operation = "save of a ShardedOptimizer"
        let drawn: StateDict = ["mark": .string(Self.mark())]
        let mark = try group.broadcastObject(group.rank == 0 ? drawn : nil, source: 0).string("mark")
        let part = Result { try writePart(of: index, mark: mark) }
        do {
            let parts = try group.agree(part, on: operation)
            let written = Result { () -> StateDict in
                if group.rank == 0 { try writeIndex(of: parts, to: index, mark: mark) }
                return [:]
            }
            try group.agree(written, on: operation)
        } catch {
            // The index may be there all the same, if only its folder could not be forced to the disk.
            if case .success(let part) = part, let name = try? part.string("file"), let path = try? index.filePath(),
                !ShardedSafetensorsFile.fileNames(inPath: path).contains(name)
            {
                SystemPath.unlink(Self.path(of: name, beside: path))
            }
            throw error
        }
    }

    /// Restores what `save` wrote on any number of ranks. All ranks call it, and each reads what it needs.
    ///
    /// - Throws: on all ranks if one cannot read the files: its own error there, a ``DistributedError`` that has its
    ///   text elsewhere. Then nothing has changed.
    public func load(_ index: URL) throws {
        let before = try stateDict()
        let loaded = Result { () -> StateDict in
            try loadStateDict(ShardedOptimizerFile.load(path: index.filePath(), where: isOwn))
            return [:]
        }
        do {
            try group.agree(loaded, on: "load of a ShardedOptimizer")
        } catch {
            if case .success = loaded { try loadStateDict(before) }
            throw error
        }
    }

    /// Writes this rank's file; returns its name, and its tensors with their sizes in bytes.
    private func writePart(of index: URL, mark: String) throws -> StateDict {
        let path = try index.filePath()
        let file = try ShardedSafetensorsFile.fileName(
            number: group.rank + 1, of: group.size, mark: mark, indexPath: path)
        var tensors = StateDict()
        var rest = try stateDict()
        rest[OptimizerPart.key] = nil
        var others = StateDict()
        for (key, value) in try rest.dictionary("state") {
            guard case .dictionary(let entry) = value else { continue }
            var other = StateDict()
            for (name, value) in entry {
                if case .tensor(let tensor) = value, case .string(let name) = name {
                    tensors["state.\(key).\(name)"] = .tensor(tensor)
                } else {
                    other[name] = value
                }
            }
            others[key] = .dictionary(other)
        }
        rest["state"] = .dictionary(others)
        if group.rank > 0 { rest["param_groups"] = nil }
        tensors["part.\(group.rank)"] = .tensor(try Tensor(TorchFile.bytes(of: .dictionary(rest))))
        try SafetensorsFile.save(
            tensors,
            metadata: [
                ShardedOptimizerFile.saveKey: mark, ShardedOptimizerFile.rankKey: "\(group.rank)", "format": "pt",
            ], toPath: Self.path(of: file, beside: path))
        var sizes = StateDict()
        for (key, value) in tensors {
            guard case .tensor(let tensor) = value else { continue }
            sizes[key] = .int(tensor.count * (tensor.dtype.byteCount ?? 0))
        }
        return ["file": .string(file), "tensors": .dictionary(sizes)]
    }

    private func writeIndex(of parts: [StateDict], to index: URL, mark: String) throws {
        let path = try index.filePath()
        var files: [(name: String, file: String)] = []
        var totalSize = 0
        for (rank, part) in parts.enumerated() {
            let file = try part.string("file")
            guard SystemPath.status(Self.path(of: file, beside: path)) != nil else {
                throw TorchFileError(
                    path: path,
                    reason: "the part of rank \(rank), '\(file)', is not in the folder as rank 0 sees it: save into a "
                        + "folder that all ranks share", kind: .access)
            }
            let tensors = try part.dictionary("tensors")
            for name in tensors.names {
                files.append((name, file))
                totalSize += try tensors.int(name)
            }
        }
        try ShardedSafetensorsFile.saveIndex(
            of: files, totalSize: totalSize,
            metadata: [ShardedOptimizerFile.saveKey: mark, ShardedOptimizerFile.countKey: "\(group.size)"],
            toPath: path)
    }

    private static func path(of file: String, beside index: String) -> String {
        let folder = SystemPath.folder(of: index)
        return folder.isEmpty ? file : "\(folder)/\(file)"
    }

    /// Eight digits that no other save has.
    private static func mark() -> String {
        let digits = String(UInt32.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}

extension ProcessGroup {
    /// Lets all ranks know whether what each did by itself succeeded on all of them.
    ///
    /// - Returns: the results of the ranks, in their order.
    /// - Throws: this rank's own error, or a ``DistributedError`` that has the text of another rank's.
    @discardableResult
    func agree(_ result: Result<StateDict, any Error>, on operation: String) throws -> [StateDict] {
        let message: StateDict
        switch result {
        case .success(let value): message = ["value": .dictionary(value)]
        case .failure(let error): message = ["error": .string("\(error)")]
        }
        let all = try allGatherObject(message)
        _ = try result.get()
        for (other, message) in all.enumerated() {
            guard let text = try? message.string("error") else { continue }
            throw error(.other, operation, absentRanks: [], "rank \(other) failed: \(text)")
        }
        return try all.map { try $0.dictionary("value") }
    }
}
