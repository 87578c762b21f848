import CTorch
import Torch

/// The elements of a tensor as Gloo takes them: one after the other in memory, in a tensor without gradients.
struct Payload: Sendable {
    private let tensor: Tensor
    /// The tensor's own memory, or a copy if its elements do not lie there in order.
    private let elements: Tensor

    /// - Throws: ``DistributedError`` for a tensor that Gloo cannot reach.
    init(_ tensor: Tensor, _ operation: String, of group: ProcessGroup) throws {
        guard tensor.isDefined, ct_tensor_layout(tensor.pointer) == 0, tensor.device == .cpu else {
            let what =
                !tensor.isDefined ? "a tensor without a value" : "\(tensor.dtype)\(tensor.shape) on \(tensor.device)"
            throw group.error(
                .invalidArgument, operation, "it takes dense tensors on the CPU, not \(what): copy it there first")
        }
        self.tensor = tensor
        elements = try tensor.detach().resolveConj().resolveNeg().contiguous()
        withExtendedLifetime(tensor) {}
    }

    /// The elements as bytes in a row: every type can travel as such.
    var bytes: Tensor {
        get throws { try elements.reshape([-1]).view(dtype: .uint8) }
    }

    /// The elements in a row, as numbers that Gloo can combine.
    var numbers: Tensor {
        get throws {
            switch elements.dtype {
            case .complex64, .complex128: try Tensor.viewAsReal(elements).reshape([-1])
            case .bool: try elements.reshape([-1]).view(dtype: .uint8)
            default: try elements.reshape([-1])
            }
        }
    }

    /// Brings into the tensor what an operation has written, and tells autograd that it changed.
    func finishWriting() throws {
        if elements.isContiguous, ct_tensor_data(elements.pointer) == ct_tensor_data(tensor.pointer) {
            guard ct_tensor_mark_written(tensor.pointer) else { throw TorchError.last() }
        } else {
            _ = try noGrad { try tensor.detach().copy_(elements) }
        }
        withExtendedLifetime((tensor, elements)) {}
    }
}
