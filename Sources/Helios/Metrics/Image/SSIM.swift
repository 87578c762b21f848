import Foundation
import TorchNN

/// The structural similarity of images, averaged over images: scikit-image's `structural_similarity`, with
/// `gaussian_weights` as its authors computed it.
///
/// The method is from Z. Wang et al., Image quality assessment: from error visibility to structural similarity (2004),
/// with K₁ = 0.01 and K₂ = 0.03. Windows that extend beyond the edge are ignored; torchmetrics 1.9 mirrors the image
/// there.
public final class SSIM: TensorMetric {
    /// The window for local means and variances.
    public enum Window: Sendable, Hashable {
        /// Gaussian weights, up to 3.5 standard deviations: 11 pixels for 1.5.
        case gaussian(sigma: Double = 1.5)
        /// A square of pixels with equal weights and the sample variance (divided by n − 1), which is scikit-image's
        /// default with a size of 7.
        case uniform(size: Int = 7)
    }

    public var state = MetricState()
    private let dataRange: Double
    private let window: Window
    private let input: ImageInput

    /// Creates a metric that has not seen any images.
    ///
    /// - Parameters:
    ///   - dataRange: the maximum value of a pixel: 1 or 255.
    ///   - window: the window for local means and variances.
    ///   - input: the layout of images, and which part of them to compare.
    public init(dataRange: Double = 1, window: Window = .gaussian(), input: ImageInput = ImageInput()) {
        (self.dataRange, self.window, self.input) = (dataRange, window, input)
    }

    public func update(_ predictions: Tensor, _ targets: Tensor) throws {
        let images = try input.pair("SSIM", predictions, targets, range: dataRange)
        let (weights, unbiased) = try weights()
        let shape = images.targets.shape
        guard weights.count <= min(shape[2], shape[3]) else {
            throw MetricError(
                "SSIM: images of \(shape[2]) x \(shape[3]) are smaller than the window of \(weights.count) pixels; choose a "
                    + "smaller window")
        }
        guard images.targets.count > 0 else { return }
        let similarity = try similarity(images.predictions, images.targets, weights, unbiased)
        var next = state
        try next.add("similarity", similarity.mean(dims: [1, 2, 3]).sum())
        try next.add("count", shape[0])
        state = next
    }

    public func compute() throws -> Double {
        try state.number("similarity") / state.number("count")
    }

    /// The similarity at each place, `[N, C, H - n + 1, W - n + 1]`.
    private func similarity(_ x: Tensor, _ y: Tensor, _ weights: [Double], _ unbiased: Double) throws -> Tensor {
        let channels = x.shape[1]
        let vertical = try Tensor(weights, shape: [1, 1, weights.count, 1]).to(x.device)
            .expand([channels, 1, weights.count, 1])
        let horizontal = try vertical.transpose(2, 3)
        // The window is a product of two, so that two small convolutions do what a large one would.
        func local(_ values: Tensor) throws -> Tensor {
            try conv2d(conv2d(values, weight: vertical, groups: channels), weight: horizontal, groups: channels)
        }
        let (meanX, meanY) = (try local(x), try local(y))
        let varianceX = try (local(x.square()) - meanX.square()) * unbiased
        let varianceY = try (local(y.square()) - meanY.square()) * unbiased
        let covariance = try (local(x * y) - meanX * meanY) * unbiased
        let (c1, c2) = (pow(0.01 * dataRange, 2), pow(0.03 * dataRange, 2))
        let top = try (meanX * meanY * 2 + c1) * (covariance * 2 + c2)
        return try top / ((meanX.square() + meanY.square() + c1) * (varianceX + varianceY + c2))
    }

    /// The window's weights in one direction, and the factor that makes a variance the variance of a sample.
    private func weights() throws -> (weights: [Double], unbiased: Double) {
        switch window {
        case .gaussian(let sigma):
            guard sigma > 0, sigma < 1000 else {
                throw MetricError("SSIM: sigma is \(sigma), and must be greater than 0 and below 1000")
            }
            let radius = Int(3.5 * sigma + 0.5)
            let weights = (-radius...radius).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
            let total = weights.reduce(0, +)
            return (weights.map { $0 / total }, 1)
        case .uniform(let size):
            guard size >= 3, size % 2 == 1 else {
                throw MetricError("SSIM: the window has \(size) pixels, and must have an odd number of at least 3")
            }
            let pixels = Double(size * size)
            return (Array(repeating: 1 / Double(size), count: size), pixels / (pixels - 1))
        }
    }
}
