import FuzzTargets

/// A fault that is there on purpose, so that whoever doubts the fuzzer can see it find one: `scripts/fuzz planted`.
///
/// Six bytes in a row must be right. Bytes of chance are so once in 281 million million tries; a fuzzer that sees which
/// of the branches were taken gets there byte after byte.
enum PlantedFault {
    static func run(_ bytes: [UInt8], _ folder: ScratchFolder) {
        guard step(bytes, 0, "H"), step(bytes, 1, "e"), step(bytes, 2, "l"), step(bytes, 3, "i"), step(bytes, 4, "o"),
            step(bytes, 5, "s")
        else { return }
        preconditionFailure("the planted fault")
    }

    /// Inlined, so that every byte has a branch of its own, which the coverage tells apart.
    @inline(__always)
    private static func step(_ bytes: [UInt8], _ position: Int, _ letter: Unicode.Scalar) -> Bool {
        position < bytes.count && bytes[position] == UInt8(ascii: letter)
    }
}
