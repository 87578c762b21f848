import Foundation

/// About how much memory a batch takes: its tensors, arrays and texts.
enum MemorySize {
    /// The number of bytes that a value of any type holds; 0 if that cannot be determined.
    static func byteCount(of value: Any) -> Int {
        if let measured = value as? any MeasuredInBytes { return measured.heldByteCount }
        let mirror = Mirror(reflecting: value)
        // A class may refer to anything, and back to itself.
        if mirror.displayStyle == .class { return 0 }
        return mirror.children.reduce(0) { $0 + byteCount(of: $1.value) }
    }
}

/// A value that knows how much memory it holds.
private protocol MeasuredInBytes {
    var heldByteCount: Int { get }
}

extension Tensor: MeasuredInBytes {
    fileprivate var heldByteCount: Int { isDefined ? count * (dtype.byteCount ?? 1) : 0 }
}

extension String: MeasuredInBytes {
    fileprivate var heldByteCount: Int { utf8.count }
}

extension Data: MeasuredInBytes {
    fileprivate var heldByteCount: Int { count }
}

extension Collection {
    /// The bytes that the elements take and hold.
    fileprivate var elementByteCount: Int {
        let own = count * MemoryLayout<Element>.stride
        // Numbers hold nothing else, and there may be millions of them.
        if Element.self is any Numeric.Type { return own }
        return reduce(own) { $0 + MemorySize.byteCount(of: $1) }
    }
}

extension Array: MeasuredInBytes {
    fileprivate var heldByteCount: Int { elementByteCount }
}

extension ArraySlice: MeasuredInBytes {
    fileprivate var heldByteCount: Int { elementByteCount }
}

extension ContiguousArray: MeasuredInBytes {
    fileprivate var heldByteCount: Int { elementByteCount }
}

extension Set: MeasuredInBytes {
    fileprivate var heldByteCount: Int { elementByteCount }
}
