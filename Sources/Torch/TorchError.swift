import CTorch

/// The error of an operation: what was called, with which shapes, and what libtorch said about it.
public struct TorchError: Error, Sendable, Equatable {
    /// The kinds of failures, as far as libtorch says.
    public enum Kind: Sendable {
        case outOfMemory, shape, type, index, io, distributed, other
    }

    /// What kind of failure it was.
    public let kind: Kind
    /// The operation's name in PyTorch, as in `addmm`; empty if it was not an operation.
    public let operation: String
    /// The types and shapes of the operation's tensors, as in `float32[2, 3], float32[4, 5]`; empty if it had none.
    public let inputs: String
    /// What went wrong, without libtorch's C++ stack.
    public let message: String

    /// Creates an error of this library's own, which does not come from libtorch.
    public init(kind: Kind, operation: String = "", inputs: String = "", message: String) {
        self.kind = kind
        self.operation = operation
        self.inputs = inputs
        self.message = message
    }

    /// The error of the last failing C call on this thread.
    package static func last() -> TorchError {
        TorchError(
            kind: Kind(ct_error_kind()),
            operation: String(cString: ct_error_operation()),
            inputs: String(cString: ct_error_inputs()),
            message: String(cString: ct_error_message()))
    }
}

extension TorchError: DescribedError {
    /// The operation with its inputs, and what went wrong.
    public var description: String {
        if operation.isEmpty { return message }
        return inputs.isEmpty ? "\(operation): \(message)" : "\(operation)(\(inputs)): \(message)"
    }
}

extension TorchError.Kind {
    fileprivate init(_ kind: CTErrorKind) {
        switch kind {
        case CTErrorKindOutOfMemory: self = .outOfMemory
        case CTErrorKindShape: self = .shape
        case CTErrorKindType: self = .type
        case CTErrorKindIndex: self = .index
        case CTErrorKindIO: self = .io
        case CTErrorKindDistributed: self = .distributed
        default: self = .other
        }
    }
}
