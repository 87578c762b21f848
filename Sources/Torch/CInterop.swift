import CTorch

// How Swift values cross to C and back; the generated operations are written with it.

/// Throws this thread's error where a C function says that it failed.
@inline(__always)
func check(_ succeeded: Bool) throws {
    if !succeeded { throw lastError() }
}

/// Keeps what is given alive up to here, so that C may use its pointers: in a `defer` at the top of a function.
@inline(__always)
func keepAlive<Value>(_ value: Value) {
    withExtendedLifetime(value) {}
}

// MARK: Tensors

extension Array where Element == Tensor {
    var pointers: [OpaquePointer] {
        map(\.pointer)
    }

    /// Takes over a list of references from C; where `count` is negative, throws this thread's error.
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

extension Optional where Wrapped == Scalar {
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
