import Foundation

// What makes a value of tensors, as in `try log("weights", .histogram(weight))`.
extension LoggedValue {
    /// An image.
    ///
    /// - Parameter tensor: see `LoggedImage.init(_:)`.
    /// - Throws: `LogError` for another shape or type.
    public static func image(_ tensor: Tensor) throws -> LoggedValue {
        .images([try LoggedImage(tensor)])
    }

    /// Images, shown side by side.
    ///
    /// - Parameter tensor: `[N, C, H, W]` with 1 to 4 channels; for the values, see `LoggedImage.init(_:)`.
    /// - Throws: `LogError` for another shape or type.
    public static func images(_ tensor: Tensor) throws -> LoggedValue {
        guard tensor.shape.count == 4, tensor.shape[0] > 0 else {
            throw LogError("images are a tensor [N, C, H, W] with at least one image, not \(tensor.shape)")
        }
        return .images(try (0..<tensor.shape[0]).map { try LoggedImage(tensor[$0]) })
    }

    /// A figure drawn by another library.
    ///
    /// - Parameter png: the bytes of a PNG file.
    /// - Throws: `LogError` if they are not a PNG file.
    public static func figure(png: Data) throws -> LoggedValue {
        .images([try LoggedImage(png: png)])
    }

    /// The distribution of a tensor's elements.
    ///
    /// - Throws: `LogError`, see `Histogram.init(_:bins:)`.
    public static func histogram(_ tensor: Tensor, bins: Int = 64) throws -> LoggedValue {
        .histogram(try Histogram(tensor, bins: bins))
    }

    /// The precision and recall of a binary classifier, depending on the threshold.
    ///
    /// - Throws: `LogError`, see `PrecisionRecallCurve.init(labels:predictions:thresholds:)`.
    public static func precisionRecall(
        labels: Tensor, predictions: Tensor, thresholds: Int = 127
    ) throws -> LoggedValue {
        .precisionRecall(try PrecisionRecallCurve(labels: labels, predictions: predictions, thresholds: thresholds))
    }

    /// How often samples of each class were predicted as each class.
    ///
    /// - Throws: `LogError`, see `LoggedConfusion.init(_:classes:)`.
    public static func confusion(_ counts: Tensor, classes: [String] = []) throws -> LoggedValue {
        .confusion(try LoggedConfusion(counts, classes: classes))
    }

    /// Points in many dimensions.
    ///
    /// - Throws: `LogError`, see `LoggedEmbedding.init(_:labels:images:)`.
    public static func embedding(
        _ points: Tensor, labels: [String] = [], images: Tensor? = nil
    ) throws -> LoggedValue {
        .embedding(try LoggedEmbedding(points, labels: labels, images: images))
    }

    /// The modules of a network and their hierarchy.
    ///
    /// - Throws: `ModuleError` if a module has an invalid option.
    public static func graph(_ network: Module) throws -> LoggedValue {
        .graph(try NetworkGraph(network))
    }
}
