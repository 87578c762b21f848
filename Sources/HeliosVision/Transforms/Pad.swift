import Helios
import Torch

/// Puts pixels around images.
public struct Pad: Transform {
    /// How many, on each side.
    public var margins: Margins
    /// The color if the mode is `constant`: one number or one for each channel; empty means black. Masks get zeros.
    public var fill: [Double]
    /// What the new pixels are. Boxes go along only with `constant`: otherwise there would be mirror images of things
    /// without boxes.
    public var mode: ImagePadding

    /// Puts these margins around images.
    public init(_ margins: Margins, fill: [Double] = [], mode: ImagePadding = .constant) {
        (self.margins, self.fill, self.mode) = (margins, fill, mode)
    }

    /// Puts the same margin on all sides.
    public init(_ margin: Int, fill: [Double] = [], mode: ImagePadding = .constant) {
        self.init(Margins(margin), fill: fill, mode: mode)
    }

    public func validate() throws { try margins.validate("Pad") }

    public func apply(to sample: ImageSample, random: inout SampleRandom) throws -> ImageSample {
        try validate()
        return try sample.changed(
            image: { try ImageOperations.pad($0, margins, fill: fill, mode: mode) },
            boxes: { boxes in
                guard mode == .constant else {
                    throw DataError("Pad: boxes need the mode constant, not \(mode.rawValue)")
                }
                return try Boxes.moved(boxes, x: Double(margins.left), y: Double(margins.top))
            },
            masks: { try ImageOperations.pad($0, margins, mode: mode) })
    }
}
