import CTorch
import Synchronization

extension Tensor {
    /// Calls `hook` with the gradient of this tensor whenever one is computed, before it is passed on: `register_hook`.
    ///
    /// If nothing depends on this result of an operation, but on another result of it, the hook is not called, while
    /// PyTorch calls it with none.
    ///
    /// - Parameter hook: may return another gradient of the same shape to pass on; `nil` leaves it as it is. What it
    ///   throws comes out of `backward()`. It runs on the thread of `backward`, or for a tensor on a CUDA device on one
    ///   of libtorch's. A hook that holds its own tensor keeps it from being freed until it is removed.
    /// - Returns: a handle that can remove the hook; without it the hook stays.
    /// - Throws: `TorchError` if the tensor does not require a gradient.
    @discardableResult
    public func registerHook(_ hook: @escaping @Sendable (Tensor) throws -> Tensor?) throws -> TensorHookHandle {
        defer { keepAlive(self) }
        var position: UInt32 = 0
        // libtorch owns the box from here on.
        let context = Unmanaged.passRetained(HookBox(hook)).toOpaque()
        let succeeded = ct_tensor_add_hook(
            pointer, runHook, context, { Unmanaged<HookBox>.fromOpaque($0).release() }, &position)
        try check(succeeded)
        Capture.noteChange()
        return TensorHookHandle(tensor: self, position: position)
    }
}

/// A hook on a tensor, to be removed.
public final class TensorHookHandle: Sendable {
    private let tensor: Mutex<Tensor?>
    private let position: UInt32

    fileprivate init(tensor: Tensor, position: UInt32) {
        self.tensor = Mutex(tensor)
        self.position = position
    }

    /// Removes the hook. A second call does nothing.
    public func remove() {
        let tensor = tensor.withLock { tensor in
            defer { tensor = nil }
            return tensor
        }
        guard let tensor else { return }
        _ = ct_tensor_remove_hook(tensor.pointer, position)
        keepAlive(tensor)
    }
}

private final class HookBox: Sendable {
    let hook: @Sendable (Tensor) throws -> Tensor?

    init(_ hook: @escaping @Sendable (Tensor) throws -> Tensor?) {
        self.hook = hook
    }
}

private func runHook(
    _ context: UnsafeMutableRawPointer, _ gradient: OpaquePointer,
    _ replacement: UnsafeMutablePointer<OpaquePointer?>
) -> CTForeignError {
    carryingErrors {
        let hook = Unmanaged<HookBox>.fromOpaque(context).takeUnretainedValue().hook
        guard let result = try hook(Tensor(owning: ct_tensor_retain(gradient))) else { return }
        replacement.pointee = ct_tensor_retain(result.pointer)
        keepAlive(result)
    }
}
