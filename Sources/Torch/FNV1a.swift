/// The hash function FNV-1a of 64 bits (G. Fowler, L. C. Noll and K.-P. Vo). It is the same in every process, unlike
/// Swift's own.
package enum FNV1a {
    /// The hash of bytes, or of other numbers, each of which is taken as one.
    package static func hash(_ numbers: some Sequence<some BinaryInteger>) -> UInt64 {
        numbers.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64(truncatingIfNeeded: $1)) &* 0x100_0000_01B3 }
    }
}
