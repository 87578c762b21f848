import Helios
import Torch

/// An image and the number of its class.
public struct LabeledImage: StackableSample, Sendable {
    /// The image, `[C, H, W]`.
    public var image: Tensor
    /// The number of the class.
    public var label: Int

    public var stackable: Tensor {
        get { image }
        set { image = newValue }
    }

    /// An image and the number of its class.
    public init(image: Tensor, label: Int) {
        self.image = image
        self.label = label
    }

    /// A batch of images `[N, C, H, W]` and their labels `int64[N]`.
    ///
    /// - Throws: `DataError` if the images differ in shape or type.
    public static func collate(_ samples: [LabeledImage]) throws -> LabeledBatch {
        if let first = samples.first?.image,
            let other = samples.map(\.image).first(where: { $0.shape != first.shape || $0.dtype != first.dtype })
        {
            throw DataError(
                "the images of a batch must be of one shape and type, not \(first.dtype)\(first.shape) and "
                    + "\(other.dtype)\(other.shape): crop or resize them with the data set's transforms")
        }
        return try collate(samples, stacked: Tensor.stack(samples.map(\.image)))
    }

    /// A batch of images that have been stacked, and their labels.
    public static func collate(_ samples: [LabeledImage], stacked: Tensor) throws -> LabeledBatch {
        LabeledBatch(inputs: stacked, targets: try Tensor(samples.map(\.label)))
    }
}
