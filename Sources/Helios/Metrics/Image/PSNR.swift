import Foundation

/// The peak signal-to-noise ratio in decibels, 10 · log₁₀(range² / MSE): torchmetrics' `PeakSignalNoiseRatio`, and
/// scikit-image's `peak_signal_noise_ratio` for one image.
///
/// It is infinite if the images are equal.
public final class PSNR: TensorMetric {
    public var state = MetricState()
    private let dataRange: Double
    private let perImage: Bool
    private let epsilon: Double
    private let input: ImageInput

    /// Creates a metric that has not seen any images.
    ///
    /// - Parameters:
    ///   - dataRange: the maximum value of a pixel: 1 or 255.
    ///   - perImage: whether to compute the mean of the images' ratios, as in Python Helios, instead of the ratio of
    ///     the mean squared error over all images.
    ///   - epsilon: a number that is added to MSE / range², so that the ratio is never infinite. Python Helios adds
    ///     1e-8 for tensors.
    ///   - input: the layout of images, and which part of them to compare.
    public init(
        dataRange: Double = 1, perImage: Bool = false, epsilon: Double = 0, input: ImageInput = ImageInput()
    ) {
        (self.dataRange, self.perImage, self.epsilon, self.input) = (dataRange, perImage, epsilon, input)
    }

    public func update(_ predictions: Tensor, _ targets: Tensor) throws {
        guard epsilon >= 0 else { throw MetricError("PSNR: epsilon is \(epsilon), and must be 0 or more") }
        let images = try input.pair("PSNR", predictions, targets, range: dataRange)
        let squares = try ((images.predictions - images.targets) / dataRange).square()
        var next = state
        if perImage {
            let errors = try squares.mean(dims: [1, 2, 3])
            try next.add("ratios", ((errors + epsilon).log10() * -10).sum())
            try next.add("count", errors.count)
        } else {
            try next.add("squares", squares.sum())
            try next.add("count", squares.count)
        }
        state = next
    }

    public func compute() throws -> Double {
        let count = try state.number("count")
        guard count > 0 else { return .nan }
        if perImage { return try state.number("ratios") / count }
        return -10 * log10(try state.number("squares") / count + epsilon)
    }
}
