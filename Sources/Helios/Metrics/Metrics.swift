/// The metrics as functions of whole tensors. The types with the same names describe what each metric computes and
/// which shapes it takes.
///
/// ```swift
/// let accuracy = try Metrics.accuracy(scores, labels, .multiclass(classes: 10))
/// ```
public enum Metrics {
    // MARK: Classification

    /// The fraction of correct predictions; see `Accuracy`.
    public static func accuracy(
        _ predictions: Tensor, _ targets: Tensor, _ task: ClassificationTask, topK: Int = 1,
        average: ClassAverage = .micro, exactMatch: Bool = false
    ) throws -> Double {
        try score(Accuracy(task, topK: topK, average: average, exactMatch: exactMatch), predictions, targets)
    }

    /// The fraction of the samples predicted as a class that belong to it; see `Precision`.
    public static func precision(
        _ predictions: Tensor, _ targets: Tensor, _ task: ClassificationTask, average: ClassAverage = .macro,
        countsAbsentClasses: Bool = false
    ) throws -> Double {
        try score(
            Precision(task, average: average, countsAbsentClasses: countsAbsentClasses), predictions, targets)
    }

    /// The fraction of the samples of a class that were predicted as it; see `Recall`.
    public static func recall(
        _ predictions: Tensor, _ targets: Tensor, _ task: ClassificationTask, average: ClassAverage = .macro,
        countsAbsentClasses: Bool = false
    ) throws -> Double {
        try score(Recall(task, average: average, countsAbsentClasses: countsAbsentClasses), predictions, targets)
    }

    /// The weighted harmonic mean of precision and recall; see `FBetaScore`.
    public static func fBetaScore(
        _ predictions: Tensor, _ targets: Tensor, _ task: ClassificationTask, beta: Double = 1,
        average: ClassAverage = .macro, countsAbsentClasses: Bool = false, combinesAverages: Bool = false
    ) throws -> Double {
        let metric = FBetaScore(
            task, beta: beta, average: average, countsAbsentClasses: countsAbsentClasses,
            combinesAverages: combinesAverages)
        return try score(metric, predictions, targets)
    }

    /// How often each class was predicted as each class; see `ConfusionMatrix`.
    public static func confusionMatrix(
        _ predictions: Tensor, _ targets: Tensor, _ task: ClassificationTask,
        normalization: ConfusionMatrix.Normalization? = nil
    ) throws -> Tensor {
        try score(ConfusionMatrix(task, normalization: normalization), predictions, targets)
    }

    /// The area under the receiver operating characteristic; see `AUROC`.
    public static func auroc(
        _ predictions: Tensor, _ targets: Tensor, _ task: ClassificationTask, average: ClassAverage = .macro
    ) throws -> Double {
        try score(AUROC(task, average: average), predictions, targets)
    }

    /// The area under the precision-recall curve; see `AveragePrecision`.
    public static func averagePrecision(
        _ predictions: Tensor, _ targets: Tensor, _ task: ClassificationTask, average: ClassAverage = .macro,
        countsAbsentClasses: Bool = true, asPercent: Bool = false
    ) throws -> Double {
        let metric = AveragePrecision(
            task, average: average, countsAbsentClasses: countsAbsentClasses, asPercent: asPercent)
        return try score(metric, predictions, targets)
    }

    /// The difference between confidence and the fraction of correct predictions; see `CalibrationError`.
    public static func calibrationError(
        _ predictions: Tensor, _ targets: Tensor, _ task: ClassificationTask, bins: Int = 15,
        norm: CalibrationError.Norm = .l1
    ) throws -> Double {
        try score(CalibrationError(task, bins: bins, norm: norm), predictions, targets)
    }

    /// The agreement beyond chance; see `CohenKappa`.
    public static func cohenKappa(
        _ predictions: Tensor, _ targets: Tensor, _ task: ClassificationTask, weights: CohenKappa.Weights = .none
    ) throws -> Double {
        try score(CohenKappa(task, weights: weights), predictions, targets)
    }

    /// The correlation of predictions and targets; see `MatthewsCorrelation`.
    public static func matthewsCorrelation(
        _ predictions: Tensor, _ targets: Tensor, _ task: ClassificationTask
    ) throws -> Double {
        try score(MatthewsCorrelation(task), predictions, targets)
    }

    // MARK: Numbers

    /// The mean absolute error; see `MeanAbsoluteError`.
    public static func meanAbsoluteError(
        _ predictions: Tensor, _ targets: Tensor, scale: Double = 1, offset: Double = 0
    ) throws -> Double {
        try score(MeanAbsoluteError(scale: scale, offset: offset), predictions, targets)
    }

    /// The mean squared error; see `MeanSquaredError`.
    public static func meanSquaredError(_ predictions: Tensor, _ targets: Tensor) throws -> Double {
        try score(MeanSquaredError(), predictions, targets)
    }

    /// The root of the mean squared error; see `RootMeanSquaredError`.
    public static func rootMeanSquaredError(_ predictions: Tensor, _ targets: Tensor) throws -> Double {
        try score(RootMeanSquaredError(), predictions, targets)
    }

    /// The fraction of the variance that predictions explain; see `R2Score`.
    public static func r2Score(_ predictions: Tensor, _ targets: Tensor) throws -> Double {
        try score(R2Score(), predictions, targets)
    }

    // MARK: Images and texts

    /// The peak signal-to-noise ratio; see `PSNR`.
    public static func psnr(
        _ predictions: Tensor, _ targets: Tensor, dataRange: Double = 1, perImage: Bool = false, epsilon: Double = 0,
        input: ImageInput = ImageInput()
    ) throws -> Double {
        let metric = PSNR(dataRange: dataRange, perImage: perImage, epsilon: epsilon, input: input)
        return try score(metric, predictions, targets)
    }

    /// The structural similarity; see `SSIM`.
    public static func ssim(
        _ predictions: Tensor, _ targets: Tensor, dataRange: Double = 1, window: SSIM.Window = .gaussian(),
        input: ImageInput = ImageInput()
    ) throws -> Double {
        try score(SSIM(dataRange: dataRange, window: window, input: input), predictions, targets)
    }

    /// The exponential of the mean negative log-likelihood of the correct tokens; see `Perplexity`.
    public static func perplexity(_ predictions: Tensor, _ targets: Tensor, ignoreIndex: Int? = nil) throws -> Double {
        try score(Perplexity(ignoreIndex: ignoreIndex), predictions, targets)
    }

    /// The fraction of the n-grams of translations that are in the references; see `BLEU`.
    public static func bleu(
        _ translations: [String], _ references: [[String]], maxLength: Int = 4, smoothing: BLEU.Smoothing = .none
    ) throws -> Double {
        let metric = BLEU(maxLength: maxLength, smoothing: smoothing)
        try metric.update(translations, references)
        return try metric.compute()
    }

    /// The scores of detected boxes; see `MeanAveragePrecision`.
    public static func meanAveragePrecision(
        _ detections: [Detections], _ truths: [GroundTruth],
        overlaps: [Double] = MeanAveragePrecision.standardOverlaps, maxDetections: [Int] = [1, 10, 100]
    ) throws -> DetectionScores {
        let metric = MeanAveragePrecision(overlaps: overlaps, maxDetections: maxDetections)
        try metric.update(detections, truths)
        return try metric.compute()
    }

    private static func score<Made: TensorMetric>(
        _ metric: Made, _ predictions: Tensor, _ targets: Tensor
    ) throws -> Made.Value {
        try metric.update(predictions, targets)
        return try metric.compute()
    }
}
