import Foundation
import Torch
import TorchOptim
import TorchSerialization

/// The state of a `ShardedOptimizer` in files: one safetensors file for each rank that saved it, and an index, as
/// Hugging Face's libraries have them.
///
/// A file has the tensors of its rank (`state.3.exp_avg` for parameter 3) and, as bytes of a file of PyTorch, what is
/// no tensor (`part.0`). All files and the index have the name of the save that they are from.
public enum ShardedOptimizerFile {
    static let (saveKey, countKey, rankKey) = ("save", "parts", "rank")

    /// Puts the parts together to the whole state, which the optimizer itself can load.
    ///
    /// - Parameter index: the URL that ``ShardedOptimizer/save(to:)`` was given.
    /// - Throws: `TorchFileError` if a part is missing, is from another save, or lacks something.
    public static func load(_ index: URL) throws(TorchFileError) -> StateDict {
        try load(path: index.filePath()) { _ in true }
    }

    /// - Parameter isWanted: whether the state of a parameter is read, by its number.
    static func load(path: String, where isWanted: (Int) -> Bool) throws(TorchFileError) -> StateDict {
        let file = try OpenShardedSafetensorsFile(path: path)
        let count = try requireOneSave(file)
        var state = StateDict()
        var states: [Int: StateDict] = [:]
        for rank in 0..<count {
            let rest = try rest(of: rank, in: file)
            if rank == 0 { state = rest }
            guard case .dictionary(let entries)? = rest["state"] else {
                throw TorchFileError(path: path, reason: "it is damaged: 'part.\(rank)' has no 'state'")
            }
            for (key, value) in entries {
                guard case .int(let number) = key, case .dictionary(let entry) = value else {
                    throw TorchFileError(
                        path: path, reason: "it is damaged: 'part.\(rank)' has the state of a parameter '\(key)'")
                }
                if isWanted(number) { states[number] = entry }
            }
        }
        for name in file.names where !name.hasPrefix("part.") {
            let parts = name.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "state", let number = Int(parts[1]), String(number) == parts[1] else {
                throw TorchFileError(
                    path: path, reason: "it is not the state of an optimizer: it has a tensor '\(name)'")
            }
            guard isWanted(number) else { continue }
            states[number, default: [:]][String(parts[2])] = .tensor(try file.tensor(name))
        }
        var whole = StateDict()
        for (number, entry) in states.sorted(by: { $0.key < $1.key }) { whole[.int(number)] = .dictionary(entry) }
        state["state"] = .dictionary(whole)
        return state
    }

    /// Throws unless all files are there and belong together; returns how many they are.
    private static func requireOneSave(_ file: OpenShardedSafetensorsFile) throws(TorchFileError) -> Int {
        let path = file.path
        guard let save = file.indexMetadata[saveKey], let text = file.indexMetadata[countKey], let count = Int(text),
            count > 0
        else {
            throw TorchFileError(path: path, reason: "it is not the index of a sharded optimizer's state")
        }
        guard file.fileNames.count == count else {
            throw TorchFileError(
                path: path,
                reason: "it is damaged: it names \(file.fileNames.count) files, and there were \(count) ranks")
        }
        let folder = SystemPath.folder(of: path)
        for name in file.fileNames {
            let part = try OpenSafetensorsFile(path: folder.isEmpty ? name : "\(folder)/\(name)")
            guard part.metadata[saveKey] == save else {
                throw TorchFileError(
                    path: path,
                    reason: "its file '\(name)' belongs to another save: put back the files that were saved together")
            }
            guard let rank = part.metadata[rankKey], file.fileName(of: "part.\(rank)") == name else {
                throw TorchFileError(
                    path: path, reason: "it is damaged: its file '\(name)' does not say whose part it is")
            }
        }
        return count
    }

    /// What is no tensor in the part of a rank.
    private static func rest(
        of rank: Int, in file: OpenShardedSafetensorsFile
    ) throws(TorchFileError) -> StateDict {
        let name = "part.\(rank)"
        guard file.fileName(of: name) != nil else {
            throw TorchFileError(
                path: file.path, reason: "it is damaged: the part of rank \(rank), '\(name)', is missing")
        }
        let bytes = try file.tensor(name)
        guard bytes.dtype == .uint8, let array = try? bytes.array(UInt8.self),
            case .dictionary(let state) = try TorchFile.load(bytes: array)
        else { throw TorchFileError(path: file.path, reason: "it is damaged: '\(name)' is no dictionary") }
        return state
    }
}
