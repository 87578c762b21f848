import Foundation
import Torch
import TorchNN

/// Writes networks in a format that other programs run: `TorchScriptExporter`, and `ONNXExporter` of `HeliosONNX`.
public protocol NetworkExporter: Sendable {
    /// The format of the files.
    var format: ExportFormat { get }

    /// Writes a network to a file, which is replaced as a whole.
    ///
    /// - Returns: how the file was compared with the network, or why it was not; `nil` if no one asked for that.
    /// - Throws: `BatchSizeError` if the network can be exported, but only for inputs of exactly the example's shapes;
    ///   what else stands against it.
    func export(_ request: ExportRequest) throws -> String?
}

/// A format of files with networks.
public enum ExportFormat: String, Sendable, CaseIterable {
    case onnx, torchscript
}

/// What a `NetworkExporter` is to write, and how.
public struct ExportRequest {
    /// Whether the outputs that the file gives are compared with those of the network.
    public enum Validation: Sendable {
        /// Only if what that takes is installed.
        case ifPossible
        /// Always: it is an error if what that takes is missing.
        case required
        case none
    }

    /// The network, on the CPU and in evaluation mode.
    public var network: Module
    /// Inputs of the network, by which the exporter sees what it does.
    public var inputs: [Tensor]
    /// The file to write.
    public var file: URL
    /// Whether the file is for inputs of exactly these shapes. Otherwise the first dimension of each input that has the
    /// size of the first input's, the batch, may have any size.
    public var hasFixedShapes: Bool
    /// Whether the outputs of the file are compared with those of the network.
    public var validation: Validation
    /// Calls the network with inputs, and returns its outputs.
    public var forward: ([Tensor]) throws -> [Tensor]

    /// A request.
    public init(
        _ network: Module, _ inputs: [Tensor], to file: URL, hasFixedShapes: Bool = false,
        validation: Validation = .ifPossible, _ forward: @escaping ([Tensor]) throws -> [Tensor]
    ) {
        self.network = network
        self.inputs = inputs
        self.file = file
        self.hasFixedShapes = hasFixedShapes
        self.validation = validation
        self.forward = forward
    }

    /// The numbers of the inputs whose first dimension is the batch.
    public var batchInputs: [Int] {
        inputs.indices.filter { inputs[$0].dimensionCount > 0 && inputs[$0].shape[0] == inputs[0].shape.first }
    }
}

/// A network that cannot be exported for batches of any size.
public struct BatchSizeError: Error, Sendable, CustomStringConvertible {
    /// What depends on the batch's size.
    public let reason: String

    /// An error.
    public init(_ reason: String) {
        self.reason = reason
    }

    public var description: String { "the network cannot be exported for batches of any size: \(reason)" }
}
