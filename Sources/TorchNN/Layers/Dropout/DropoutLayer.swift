import Torch

/// What the layers that drop share: a probability, and whether the input itself is changed.
///
/// They drop in training; in evaluation the input comes back as it is.
public class DropoutLayer: Module {
    public let p: Double
    public let inPlace: Bool

    /// - Parameters:
    ///   - p: the probability that something is dropped, 0…1.
    ///   - inPlace: whether the input itself is changed.
    /// - Throws: `TorchError` for a probability outside 0…1.
    public init(p: Double = 0.5, inPlace: Bool = false) throws {
        try require((0...1).contains(p), Self.layerName, "the probability must be between 0 and 1, not \(p)")
        self.p = p
        self.inPlace = inPlace
    }

    public override var extraDescription: String { "p=\(p), inplace=\(flagText(inPlace))" }
}
