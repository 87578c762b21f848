import Helios
import Torch

extension Transform {
    /// Checks the options, then changes the sample with a probability.
    func sometimes(
        _ p: Double, _ sample: ImageSample, _ random: inout SampleRandom,
        change: (ImageSample) throws -> ImageSample
    ) throws -> ImageSample {
        try validate()
        return random.happens(p) ? try change(sample) : sample
    }
}

/// Throws if a number is no probability.
func requireProbability(_ p: Double, _ transform: String) throws {
    try ImageOperations.require((0...1).contains(p), transform, "p must be from 0 to 1, not \(p)")
}
