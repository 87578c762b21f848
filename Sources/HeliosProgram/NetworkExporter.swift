import Foundation
import Helios

/// Writes a trained network in a form that other programs run. A program that has one offers it: `export --onnx FILE`.
public protocol NetworkExporter: Sendable {
    /// The option of `export` that names the file.
    var format: ExportFormat { get }

    /// Writes a network, which is in evaluation mode.
    ///
    /// - Parameters:
    ///   - inputs: what `TrainingCommand.exampleInputs` gives.
    ///   - file: the file to write.
    func export(_ network: Module, inputs: [Tensor], to file: URL) throws
}

/// The formats that `export` has an option for.
public enum ExportFormat: String, Sendable, CaseIterable {
    case onnx, torchscript

    /// What a program lacks that cannot write the format.
    var remedy: String {
        let (title, product) = self == .onnx ? ("ONNX", "HeliosONNX") : ("TorchScript", "HeliosTorchScript")
        return "this program cannot write \(title): add the product \(product) to its target in Package.swift, and an "
            + "exporter to `static var exporters` of the program"
    }
}
