import Foundation
import Torch
import TorchSerialization

/// Samples that are rows of several named tensors: of a safetensors file, of a `.npz` file, or in memory.
///
/// A batch is a dictionary of tensors under the same names. The tensors of a file are mapped: a row is read when a
/// batch first asks for it, and the data may be larger than the memory. The file must not be truncated meanwhile.
///
/// ```swift
/// let dataset = try NamedTensorDataset(safetensors: url)
/// let loader = try DataLoader(dataset.labeled(inputs: "images", targets: "labels"), …)
/// ```
public struct NamedTensorDataset: BatchDataset {
    /// The tensors by their names, each `[N, …]`.
    public let tensors: [String: Tensor]
    public let count: Int

    /// A data set of tensors that exist.
    ///
    /// - Parameter tensors: at least one, each `[N, …]`.
    /// - Throws: `DataError` if they do not have the same number of rows.
    public init(_ tensors: [String: Tensor]) throws {
        let sorted = tensors.sorted { $0.key < $1.key }
        guard let (first, tensor) = sorted.first, let count = tensor.shape.first else {
            throw DataError(
                sorted.first.map { "the tensor '\($0.key.shortened)' is a single number and has no rows" }
                    ?? "a data set needs at least one tensor, and there is none")
        }
        for (name, other) in sorted where other.shape.first != count {
            throw DataError(
                "the tensors '\(first.shortened)' \(tensor.shape) and '\(name.shortened)' \(other.shape) do not have the "
                    + "same number of rows")
        }
        self.tensors = tensors
        self.count = count
    }

    /// A data set of the tensors in a safetensors file.
    ///
    /// - Parameter names: those to use; `nil` for all.
    /// - Throws: `DataFileError` for the file; `DataError` if the tensors do not have the same number of rows.
    public init(safetensors url: URL, names: [String]? = nil) throws {
        // For the error if it is not there.
        _ = try DataFile(url, expecting: "a file of tensors (.safetensors)")
        let file = try naming(url.path) { try OpenSafetensorsFile(url) }
        try self.init(path: file.path, names ?? file.names) { try file.mappedTensor($0) }
    }

    /// A data set of the arrays in a `.npz` file.
    ///
    /// - Parameter names: those to use; `nil` for all.
    /// - Throws: `DataFileError` for the file; `DataError` if the arrays do not have the same number of rows.
    public init(npz url: URL, names: [String]? = nil) throws {
        let file = try NPZFile(url)
        try self.init(path: url.path, names ?? file.names) { try file.mappedTensor($0) }
    }

    private init(path: String, _ names: [String], _ tensor: (String) throws -> Tensor) throws {
        var tensors: [String: Tensor] = [:]
        for name in names { tensors[name] = try naming(path) { try tensor(name) } }
        do {
            try self.init(tensors)
        } catch let error as DataError {
            throw DataFileError(path: path, reason: error.description)
        }
    }

    public func batch(at indices: [Int], random: BatchRandom) throws -> [String: Tensor] {
        let positions = try Tensor(indices)
        return try tensors.mapValues { tensor in
            try tensor.indexSelect(dim: 0, index: tensor.device == .cpu ? positions : positions.to(tensor.device))
        }
    }

    /// The data set of two of the tensors.
    ///
    /// - Throws: `DataError` if there is none of such a name.
    public func labeled(inputs: String, targets: String) throws -> TensorDataset {
        func tensor(_ name: String) throws -> Tensor {
            guard let tensor = tensors[name] else {
                let known = tensors.keys.sorted().prefix(20).map { "'\($0.shortened)'" }.joined(separator: ", ")
                throw DataError("there is no tensor '\(name.shortened)'; there are \(known)")
            }
            return tensor
        }
        return try TensorDataset(inputs: tensor(inputs), targets: tensor(targets))
    }
}
