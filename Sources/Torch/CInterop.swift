import CTorch

// How Swift values cross to C and back; the generated operations are written with it.

/// Throws this thread's error if a C function reports that it failed.
@inline(__always)
func check(_ succeeded: Bool) throws {
    if !succeeded { throw lastError() }
}

/// Keeps its arguments alive up to here, so that C may use their pointers. It belongs into a `defer` at the top of a
/// function.
@inline(__always)
func keepAlive<Value>(_ value: Value) {
    withExtendedLifetime(value) {}
}

// MARK: Tensors

extension Array where Element == Tensor {
    var pointers: [OpaquePointer] {
        map(\.pointer)
    }

    /// Takes over a list of references from C, or throws this thread's error if `count` is negative.
    init(owning list: UnsafeMutablePointer<OpaquePointer>?, count: Int) throws {
        guard count >= 0, let list else { throw TorchError.last() }
        defer { ct_tensor_list_free(list) }
        self = try (0..<count).map { try Tensor(owning: list[$0]) }
    }
}

extension Array where Element == Tensor? {
    var pointers: [OpaquePointer?] {
        map { $0?.pointer }
    }
}

// MARK: Numbers

extension ScalarConvertible {
    var c: CTScalar {
        scalar.c
    }
}

// MARK: Optional arguments

extension Optional where Wrapped == Int {
    var c: CTOptionalInteger {
        CTOptionalInteger(isPresent: self != nil, value: Int64(self ?? 0))
    }
}

extension Optional where Wrapped == Double {
    var c: CTOptionalReal {
        CTOptionalReal(isPresent: self != nil, value: self ?? 0)
    }
}

extension Optional where Wrapped == Bool {
    var c: Int8 {
        map { $0 ? 1 : 0 } ?? -1
    }
}

extension Optional where Wrapped == any ScalarConvertible {
    var c: CTOptionalScalar {
        CTOptionalScalar(isPresent: self != nil, value: (self ?? 0).c)
    }
}

extension Optional where Wrapped == DType {
    var c: Int32 {
        self?.rawValue ?? -1
    }
}

extension Optional where Wrapped == MemoryFormat {
    var c: Int32 {
        self?.rawValue ?? -1
    }
}

extension Optional where Wrapped == Device {
    var c: CTDevice {
        self?.c ?? CTDevice(type: -1, index: -1)
    }
}

// MARK: Lists of numbers

extension Array where Element == Scalar {
    var c: [CTScalar] {
        map(\.c)
    }
}

// How a Swift error passes through libtorch: a callback returns it as an object, which comes back with the failure of
// the call that led to it.

/// An error that libtorch carries.
private final class ErrorBox {
    let error: any Error

    init(_ error: any Error) {
        self.error = error
    }
}

/// Runs the body of a callback, and gives libtorch the error that it throws.
func carryingErrors(_ body: () throws -> Void) -> CTForeignError {
    do {
        try body()
        return CTForeignError(object: nil, release: nil)
    } catch {
        let box = Unmanaged.passRetained(ErrorBox(error))
        return CTForeignError(object: box.toOpaque()) { Unmanaged<ErrorBox>.fromOpaque($0).release() }
    }
}

/// Returns the error of the last failing C call on this thread: what a callback threw, or libtorch's own.
func lastError() -> any Error {
    guard let object = ct_error_foreign() else { return TorchError.last() }
    defer { ct_error_forget_foreign() }
    return Unmanaged<ErrorBox>.fromOpaque(object).takeUnretainedValue().error
}

extension TorchError {
    /// The error of the last failing C call on this thread, for other targets: what a callback threw, or libtorch's own.
    package static func lastOfAny() -> any Error {
        lastError()
    }

    /// Runs the body of a callback of another target, and gives libtorch the error that it throws.
    package static func carrying(_ body: () throws -> Void) -> CTForeignError {
        carryingErrors(body)
    }
}
