/// The layout of images, and which part of them to compare.
public struct ImageInput: Sendable, Hashable {
    /// The order of a batch's dimensions. A single image has the same order without the first dimension.
    public enum Order: String, Sendable, CaseIterable {
        case channelsFirst = "CHW"
        case channelsLast = "HWC"
    }

    /// The order of three channels.
    public enum Channels: String, Sendable, CaseIterable {
        case rgb
        case bgr
    }

    /// The order of dimensions.
    public var order: Order
    /// The number of pixels to ignore at each edge.
    public var cropBorder: Int
    /// If set, only the brightness of images with three channels in this order is compared: the Y of YCbCr by ITU-R
    /// BT.601, from 16 to 235 of 255. Images with one channel are compared unchanged.
    public var luma: Channels?

    /// Creates a description of images. By default, the channels come first, and all pixels and channels are compared.
    ///
    /// - Parameters:
    ///   - order: the order of dimensions.
    ///   - cropBorder: the number of pixels to ignore at each edge.
    ///   - luma: the order of the three channels of which only the brightness is compared; `nil` compares the channels.
    public init(order: Order = .channelsFirst, cropBorder: Int = 0, luma: Channels? = nil) {
        (self.order, self.cropBorder, self.luma) = (order, cropBorder, luma)
    }

    /// Both as `[N, C, H, W]` of type `float64`.
    ///
    /// - Parameter range: the greatest value of a pixel.
    func pair(_ metric: String, _ predictions: Tensor, _ targets: Tensor, range: Double) throws
        -> (predictions: Tensor, targets: Tensor)
    {
        guard range > 0, range.isFinite else {
            throw MetricError("\(metric): dataRange is \(range), and must be a number greater than 0, as 1 or 255")
        }
        try MetricInput.requireSameShape(metric, predictions, targets)
        return (
            try prepared(metric, MetricInput.numbers(metric, "predictions", predictions), range),
            try prepared(metric, MetricInput.numbers(metric, "targets", targets), range)
        )
    }

    private func prepared(_ metric: String, _ images: Tensor, _ range: Double) throws -> Tensor {
        var images = images
        guard (3...4).contains(images.shape.count) else {
            let shape = order == .channelsFirst ? "[N, C, H, W] or [C, H, W]" : "[N, H, W, C] or [H, W, C]"
            throw MetricError("\(metric): images must have the shape \(shape), not \(images.shape)")
        }
        if images.shape.count == 3 { images = try images.unsqueeze(dim: 0) }
        if order == .channelsLast { images = try images.permute(0, 3, 1, 2) }
        let (height, width) = (images.shape[2], images.shape[3])
        guard cropBorder >= 0, 2 * cropBorder < min(height, width) else {
            throw MetricError(
                "\(metric): cropBorder is \(cropBorder), and must be from 0 to less than half of an image of "
                    + "\(height) x \(width)")
        }
        if cropBorder > 0 {
            images = try images.narrow(dim: 2, start: cropBorder, length: height - 2 * cropBorder)
                .narrow(dim: 3, start: cropBorder, length: width - 2 * cropBorder)
        }
        guard let luma, images.shape[1] != 1 else { return images }
        guard images.shape[1] == 3 else {
            throw MetricError("\(metric): the brightness needs 3 channels or 1, and there are \(images.shape[1])")
        }
        let rgb = [65.481, 128.553, 24.966]
        let weights = try Tensor(luma == .rgb ? rgb : rgb.reversed(), shape: [1, 3, 1, 1]).to(images.device)
        return try ((images * weights).sum(dim: 1, keepDim: true) + 16 * range) / 255
    }
}
