/// Finds a number by a few bytes, without making an object of them.
///
/// Swift's dictionary compares texts by their characters, for which "é" in one scalar and in two is the same; tokens
/// are told apart by their bytes.
struct ByteTable: Sendable {
    private struct Entry {
        let start: Int
        let count: Int32
        let hash: UInt32
        let value: Int32
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// One more than the number of an entry; 0 for none. As many as a power of two, at most half of them used.
    private var slots = [Int32](repeating: 0, count: 64)

    /// The number of keys.
    var count: Int { entries.count }

    /// The number that belongs to some bytes.
    func value(_ key: UnsafeRawBufferPointer) -> Int32? {
        let hash = ByteTable.hash(key)
        let mask = slots.count - 1
        var slot = Int(hash) & mask
        return bytes.withUnsafeBytes { bytes in
            while slots[slot] != 0 {
                let entry = entries[Int(slots[slot]) - 1]
                if entry.hash == hash, Int(entry.count) == key.count, ByteTable.equal(bytes, entry.start, key) {
                    return entry.value
                }
                slot = (slot + 1) & mask
            }
            return nil
        }
    }

    /// The number that belongs to a text.
    func value(_ key: String) -> Int32? {
        var key = key
        return key.withUTF8 { value(UnsafeRawBufferPointer($0)) }
    }

    /// Adds a key.
    ///
    /// - Returns: false if it is there already; then nothing changes.
    @discardableResult
    mutating func insert(_ key: UnsafeRawBufferPointer, _ value: Int32) -> Bool {
        guard self.value(key) == nil else { return false }
        entries.append(
            Entry(start: bytes.count, count: Int32(key.count), hash: ByteTable.hash(key), value: value))
        bytes.append(contentsOf: key)
        if entries.count * 2 > slots.count {
            slots = [Int32](repeating: 0, count: slots.count * 2)
            for index in entries.indices { place(index) }
        } else {
            place(entries.count - 1)
        }
        return true
    }

    @discardableResult
    mutating func insert(_ key: String, _ value: Int32) -> Bool {
        var key = key
        return key.withUTF8 { insert(UnsafeRawBufferPointer($0), value) }
    }

    private mutating func place(_ index: Int) {
        let mask = slots.count - 1
        var slot = Int(entries[index].hash) & mask
        while slots[slot] != 0 { slot = (slot + 1) & mask }
        slots[slot] = Int32(index + 1)
    }

    @inline(__always)
    private static func equal(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ key: UnsafeRawBufferPointer) -> Bool {
        for index in 0..<key.count where bytes[start + index] != key[index] { return false }
        return true
    }

    /// FNV-1a of 64 bits, both halves mixed.
    @inline(__always)
    private static func hash(_ key: UnsafeRawBufferPointer) -> UInt32 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return UInt32(truncatingIfNeeded: hash ^ (hash >> 32))
    }
}
