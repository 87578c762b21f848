import CTorch

// How a Swift error passes through libtorch: as an object that a callback returns, which comes back with the failure of
// the call that led to it.

/// An error that libtorch carries.
private final class ErrorBox {
    let error: any Error

    init(_ error: any Error) {
        self.error = error
    }
}

/// Runs what a callback does; gives libtorch the error that it throws.
func carryingErrors(_ body: () throws -> Void) -> CTForeignError {
    do {
        try body()
        return CTForeignError(object: nil, release: nil)
    } catch {
        let box = Unmanaged.passRetained(ErrorBox(error))
        return CTForeignError(object: box.toOpaque()) { Unmanaged<ErrorBox>.fromOpaque($0).release() }
    }
}

/// The error of the last failing C call on this thread: what a callback threw, or libtorch's.
func lastError() -> any Error {
    guard let object = ct_error_foreign() else { return TorchError.last() }
    defer { ct_error_forget_foreign() }
    return Unmanaged<ErrorBox>.fromOpaque(object).takeUnretainedValue().error
}
