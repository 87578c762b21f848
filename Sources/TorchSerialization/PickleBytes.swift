/// The pickle side of PyTorch's files alone, for fuzzing: with the archive around them few damaged bytes get so far.
package enum PickleBytes {
    /// Reads a pickle as data, and gives back how many values it describes.
    package static func read(_ bytes: [UInt8]) throws -> Int {
        try PickleReader.read(bytes).nodes.count
    }
}
