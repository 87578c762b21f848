import Torch

/// Writes the instructions of a pickle in protocol 2, which `torch.save` uses.
///
/// Strings and globals are written once and then referred to, since a state's keys repeat.
struct PickleWriter {
    private(set) var bytes: [UInt8] = [PickleOpcode.protocolVersion.rawValue, 2]
    private var memo: [MemoKey: UInt32] = [:]
    private var memoCount: UInt32 = 0

    /// Something that is written once. A string is identified by its bytes, since Swift considers "é" as one scalar and
    /// as two equal.
    private enum MemoKey: Hashable {
        case string([UInt8])
        case global(PickleGlobal)
        case object(UnsafeRawPointer)
    }

    mutating func write(_ opcode: PickleOpcode) {
        bytes.append(opcode.rawValue)
    }

    mutating func write(_ value: Bool) {
        write(value ? .newTrue : .newFalse)
    }

    mutating func write(_ value: Int) {
        if let small = UInt8(exactly: value) {
            write(.binaryInt1)
            bytes.append(small)
        } else if let small = UInt16(exactly: value) {
            write(.binaryInt2)
            append(small)
        } else if let small = Int32(exactly: value) {
            write(.binaryInt)
            append(small)
        } else {
            write(.long1)
            bytes.append(8)
            append(Int64(value))
        }
    }

    /// - Throws: if it takes more than the 255 bytes that PyTorch reads.
    mutating func write(_ value: BigInteger) throws {
        guard let count = UInt8(exactly: value.bytes.count) else {
            throw FormatError("cannot be written: an integer of \(value.bytes.count) bytes is too large for PyTorch")
        }
        write(.long1)
        bytes.append(count)
        bytes += value.bytes
    }

    mutating func write(_ value: Double) {
        write(.binaryFloat)
        append(value.bitPattern.byteSwapped)
    }

    mutating func write(_ value: String) throws {
        let text = Array(value.utf8)
        try once(.string(text)) { writer in try writer.write(utf8: text) }
    }

    private mutating func write(utf8 text: [UInt8]) throws {
        guard let count = UInt32(exactly: text.count) else {
            throw FormatError("cannot be written: a string of \(text.count) bytes is too long for a file")
        }
        write(.binaryUnicode)
        append(count)
        bytes += text
    }

    /// Writes the call that makes bytes of a text with one character for each byte.
    mutating func write(_ value: [UInt8]) throws {
        try write(.encode)
        var text: [UInt8] = []
        text.reserveCapacity(value.count)
        for byte in value {
            if byte < 0x80 { text.append(byte) } else { text += [0xC0 | byte >> 6, 0x80 | byte & 0x3F] }
        }
        try write(utf8: text)
        try write("latin1")
        write(.tuple2)
        write(.reduce)
    }

    /// Writes a call with a few arguments, which `arguments` writes.
    mutating func call(
        _ global: PickleGlobal, count: Int, _ arguments: (inout PickleWriter) throws -> Void
    ) throws {
        try write(global)
        if count > 3 { write(.mark) }
        try arguments(&self)
        closeTuple(count: count)
        write(.reduce)
    }

    mutating func write(_ global: PickleGlobal) throws {
        try once(.global(global)) { writer in
            writer.write(.global)
            writer.bytes += Array("\(global.module)\n\(global.name)\n".utf8)
        }
    }

    mutating func write(tuple integers: [Int]) {
        if integers.count > 3 { write(.mark) }
        for integer in integers { write(integer) }
        closeTuple(count: integers.count)
    }

    /// Makes a tuple of the elements written last; more than three must follow a mark.
    mutating func closeTuple(count: Int) {
        switch count {
        case 0: write(.emptyTuple)
        case 1: write(.tuple1)
        case 2: write(.tuple2)
        case 3: write(.tuple3)
        default: write(.tuple)
        }
    }

    /// Refers to an object that must be the same one in Python; returns false if it has not been written yet.
    mutating func refer(to object: UnsafeRawPointer) -> Bool {
        refer(to: .object(object))
    }

    /// Remembers that the object was written last.
    mutating func remember(_ object: UnsafeRawPointer) {
        remember(.object(object))
    }

    private mutating func once(_ key: MemoKey, _ contents: (inout PickleWriter) throws -> Void) throws {
        if refer(to: key) { return }
        try contents(&self)
        remember(key)
    }

    private mutating func refer(to key: MemoKey) -> Bool {
        guard let index = memo[key] else { return false }
        write(index, .binaryGet, .longBinaryGet)
        return true
    }

    private mutating func remember(_ key: MemoKey) {
        // Once the numbers are used up, everything is written out.
        guard memoCount < .max else { return }
        write(memoCount, .binaryPut, .longBinaryPut)
        memo[key] = memoCount
        memoCount += 1
    }

    private mutating func write(_ index: UInt32, _ short: PickleOpcode, _ long: PickleOpcode) {
        if let small = UInt8(exactly: index) {
            write(short)
            bytes.append(small)
        } else {
            write(long)
            append(index)
        }
    }

    private mutating func append<Integer: FixedWidthInteger>(_ value: Integer) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }
}
