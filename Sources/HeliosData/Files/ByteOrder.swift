/// Which byte of a number comes first in a file.
enum ByteOrder {
    /// The lowest.
    case littleEndian
    /// The highest.
    case bigEndian

    /// The order of this machine.
    static var machine: ByteOrder { 1.bigEndian == 1 ? .bigEndian : .littleEndian }
}

extension UnsafeMutableRawBufferPointer {
    /// Gives all numbers in the buffer the machine's order of bytes.
    ///
    /// - Parameters:
    ///   - unit: the size of a number in bytes: 1, 2, 4 or 8.
    ///   - order: the order that they have.
    func turnAround(unit: Int, from order: ByteOrder) {
        guard order != .machine else { return }
        switch unit {
        case 2: swapBytes(UInt16.self)
        case 4: swapBytes(UInt32.self)
        case 8: swapBytes(UInt64.self)
        default: break
        }
    }

    private func swapBytes<Number: FixedWidthInteger>(_ type: Number.Type) {
        withMemoryRebound(to: type) { numbers in
            for index in numbers.indices { numbers[index] = numbers[index].byteSwapped }
        }
    }
}
