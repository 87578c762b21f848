import Foundation
import Helios

/// A safetensors file, or several files with an index, as a tree of state.
struct NamedTensors: StateReader {
    let value: StateValue
    let metadata: [(key: String, text: String)]
    let note: String?
    /// Whether the metadata describe where the tensors were.
    let isTree: Bool
    private let file: any TensorFile
    private let names: [TensorMemory: String]

    /// If `convert` wrote the file, its tensors return to where they were, with the other values between them.
    init(_ file: any TensorFile) throws {
        self.file = file
        let state = try file.tensors
        var (tensors, names): ([String: Tensor], [TensorMemory: String]) = ([:], [:])
        for (key, value) in state {
            guard case .tensor(let tensor) = value, let memory = TensorMemory(of: tensor) else { continue }
            tensors[key.description] = tensor
            names[memory] = key.description
        }
        self.names = names
        var texts = file.texts
        isTree = texts[StateDescription.metadataKey] != nil
        if let text = texts.removeValue(forKey: StateDescription.metadataKey) {
            do {
                value = try StateDescription(json: text).value(&tensors)
            } catch let error as CommandError {
                throw TorchFileError(path: file.path, reason: error.description)
            }
            note = tensors.isEmpty ? nil : "tensors that its metadata do not speak of are left out"
        } else {
            value = .dictionary(state)
            note = nil
        }
        metadata = texts.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    func read(_ tensor: Tensor) throws(TorchFileError) -> Tensor {
        guard let memory = TensorMemory(of: tensor), let name = names[memory] else {
            throw TorchFileError(path: file.path, reason: "does not have the tensor that is to be read")
        }
        return try file.tensor(name)
    }

    func read(_ part: StateValue) throws(TorchFileError) -> StateValue {
        switch part {
        case .tensor(let tensor): return .tensor(try read(tensor))
        case .list(let elements): return .list(try read(elements))
        case .tuple(let elements): return .tuple(try read(elements))
        case .set(let elements): return .set(try read(elements))
        case .dictionary(var state):
            for (key, value) in state { state[key] = try read(value) }
            for (key, value) in state.attributes { state.attributes[key] = try read(value) }
            return .dictionary(state)
        default: return part
        }
    }

    private func read(_ elements: [StateValue]) throws(TorchFileError) -> [StateValue] {
        var read: [StateValue] = []
        for element in elements { read.append(try self.read(element)) }
        return read
    }

    func shard(of tensor: Tensor) -> String? {
        TensorMemory(of: tensor).flatMap { names[$0] }.flatMap { file.shard(of: $0) }
    }

    func read(_ tensor: Tensor, elements: Range<Int>) throws(TorchFileError) -> Tensor {
        guard let memory = TensorMemory(of: tensor), let name = names[memory] else {
            throw TorchFileError(path: file.path, reason: "does not have the tensor that is to be read")
        }
        // Tensors of such files are contiguous, and a view begins somewhere in one.
        let start = TensorMemory.offset(of: tensor)
        return try file.tensor(name, elements: start + elements.lowerBound..<start + elements.upperBound)
    }

    /// Checks that the whole file can be read. The format has no checksums.
    func verify() throws(TorchFileError) {
        try file.verify()
    }
}

/// Named tensors that are read one by one, in one file or in several.
protocol TensorFile {
    var path: String { get }
    /// The text besides the tensors.
    var texts: [String: String] { get }
    var tensors: StateDict { get throws(TorchFileError) }
    func tensor(_ name: String) throws(TorchFileError) -> Tensor
    func tensor(_ name: String, elements: Range<Int>) throws(TorchFileError) -> Tensor
    func verify() throws(TorchFileError)
    /// Returns the name of the file that has a tensor, if there are several.
    func shard(of name: String) -> String?
}

extension OpenSafetensorsFile: TensorFile {
    var texts: [String: String] { metadata }
    func shard(of name: String) -> String? { nil }
}

extension OpenShardedSafetensorsFile: TensorFile {
    var texts: [String: String] {
        var texts = metadata
        // A tree that one of the files may have is not the tree of all.
        texts[StateDescription.metadataKey] = nil
        return texts.merging(indexMetadata) { $1 }
    }

    func shard(of name: String) -> String? { fileName(of: name) }
}
