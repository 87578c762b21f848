import Torch
import TorchNN

/// Writes networks as modules of TorchScript, which Python opens with `torch.jit.load`.
public struct TorchScriptExporter: NetworkExporter {
    /// By how much outputs may differ, as a share of the expected number, and beside that.
    public var rtol: Double, atol: Double

    /// An exporter.
    public init(rtol: Double = 1e-3, atol: Double = 1e-5) {
        self.rtol = rtol
        self.atol = atol
    }

    public var format: ExportFormat { .torchscript }

    /// Traces the network, compares what the module computes with what the network does, for a batch of twice the size
    /// too, and writes the module.
    public func export(_ request: ExportRequest) throws -> String? {
        try noGrad {
            // Copies, so that no two inputs are one tensor.
            let inputs = try request.inputs.map { try $0.detach().clone() }
            let module = try trace(request.network, inputs, request.forward)
            if request.validation != .none {
                if let difference = try difference(module, request, inputs) {
                    throw TorchError(
                        kind: .other, operation: "export",
                        message: "the module does not compute what the network does: \(difference). The outputs of a "
                            + "network that draws random numbers always differ: export it without validation")
                }
                if !request.hasFixedShapes { try compareTwice(module, request, inputs) }
            }
            try module.save(request.file.path)
            return request.validation == .none ? nil : "libtorch computes the same outputs with it"
        }
    }

    /// Compares the outputs for twice the batch.
    private func compareTwice(_ module: ScriptModule, _ request: ExportRequest, _ inputs: [Tensor]) throws {
        var twice = inputs
        for place in request.batchInputs { twice[place] = try Tensor.cat([inputs[place], inputs[place]], dim: 0) }
        do {
            guard let difference = try difference(module, request, twice) else { return }
            throw BatchSizeError("for twice the batch, \(difference), since tracing records sizes as numbers")
        } catch let error as BatchSizeError {
            throw error
        } catch {
            throw BatchSizeError("with twice the batch, it fails: \(error)")
        }
    }

    /// What is different in the outputs; `nil` if nothing is.
    private func difference(_ module: ScriptModule, _ request: ExportRequest, _ inputs: [Tensor]) throws -> String? {
        let expected = try request.forward(inputs)
        let outputs = try module.call("forward", inputs.map { .tensor($0) }).tensors
        guard outputs.count == expected.count else { return "it gives \(outputs.count) outputs of \(expected.count)" }
        for (place, (output, expected)) in zip(outputs, expected).enumerated() {
            guard output.shape == expected.shape, output.dtype == expected.dtype else {
                return "output \(place) is \(output.dtype)\(output.shape) and not \(expected.dtype)\(expected.shape)"
            }
            guard try output.allclose(expected, rtol: rtol, atol: atol, equalNan: true) else {
                return "output \(place) is different"
            }
        }
        return nil
    }
}
