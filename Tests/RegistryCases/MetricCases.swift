import Helios

let metricCases: RegistryCases<Void, any Metric> = [
    "Accuracy": [
        .init(["task": "multiclass", "num_classes": 5]) { Accuracy(.multiclass(classes: 5)) },
        .init(["task": "multiclass", "num_classes": 5, "top_k": 2, "average": "macro"]) {
            Accuracy(.multiclass(classes: 5), topK: 2, average: .macro)
        },
        .init(["task": "multilabel", "num_labels": 3, "threshold": 0.25, "exact_match": true]) {
            Accuracy(.multilabel(labels: 3, threshold: 0.25), exactMatch: true)
        },
    ],
    "Precision": [
        .init(["task": "binary"]) { Precision(.binary()) },
        .init(["task": "binary", "threshold": 0.25, "average": "micro", "counts_absent_classes": true]) {
            Precision(.binary(threshold: 0.25), average: .micro, countsAbsentClasses: true)
        },
    ],
    "Recall": [
        .init(["task": "binary"]) { Recall(.binary()) },
        .init(["task": "binary", "threshold": 0.25, "average": "weighted", "counts_absent_classes": true]) {
            Recall(.binary(threshold: 0.25), average: .weighted, countsAbsentClasses: true)
        },
    ],
    "FBetaScore": [
        .init(["task": "binary"]) { FBetaScore(.binary()) },
        .init([
            "task": "binary", "threshold": 0.25, "beta": 2.0, "average": "micro", "counts_absent_classes": true,
            "combines_averages": true,
        ]) {
            FBetaScore(
                .binary(threshold: 0.25), beta: 2, average: .micro, countsAbsentClasses: true, combinesAverages: true)
        },
    ],
    "ConfusionMatrix": [
        .init(["task": "binary"]) { ConfusionMatrix(.binary()) },
        .init(["task": "binary", "threshold": 0.25, "normalization": "targets"]) {
            ConfusionMatrix(.binary(threshold: 0.25), normalization: .targets)
        },
    ],
    "AUROC": [
        .init(["task": "binary"]) { AUROC(.binary()) },
        .init(["task": "binary", "threshold": 0.25, "average": "micro"]) {
            AUROC(.binary(threshold: 0.25), average: .micro)
        },
    ],
    "AveragePrecision": [
        .init(["task": "binary"]) { AveragePrecision(.binary()) },
        .init([
            "task": "binary", "threshold": 0.25, "average": "micro", "counts_absent_classes": false, "as_percent": true,
        ]) {
            AveragePrecision(.binary(threshold: 0.25), average: .micro, countsAbsentClasses: false, asPercent: true)
        },
    ],
    "CalibrationError": [
        .init(["task": "binary"]) { CalibrationError(.binary()) },
        .init(["task": "binary", "threshold": 0.25, "n_bins": 9, "norm": "l2"]) {
            CalibrationError(.binary(threshold: 0.25), bins: 9, norm: .l2)
        },
    ],
    "CohenKappa": [
        .init(["task": "binary"]) { CohenKappa(.binary()) },
        .init(["task": "binary", "threshold": 0.25, "weights": "quadratic"]) {
            CohenKappa(.binary(threshold: 0.25), weights: .quadratic)
        },
    ],
    "MatthewsCorrelation": [
        .init(["task": "binary", "threshold": 0.25]) { MatthewsCorrelation(.binary(threshold: 0.25)) }
    ],
    "MeanMetric": [.init([:]) { MeanMetric() }],
    "MeanAbsoluteError": [
        .init([:]) { MeanAbsoluteError() },
        .init(["scale": 255.0, "offset": 1e-4]) { MeanAbsoluteError(scale: 255, offset: 1e-4) },
    ],
    "MeanSquaredError": [.init([:]) { MeanSquaredError() }],
    "RootMeanSquaredError": [.init([:]) { RootMeanSquaredError() }],
    "R2Score": [.init([:]) { R2Score() }],
    "PSNR": [
        .init([:]) { PSNR() },
        .init([
            "data_range": 255.0, "per_image": true, "epsilon": 1e-8, "input_order": "HWC", "crop_border": 4,
            "luma": "bgr",
        ]) {
            PSNR(
                dataRange: 255, perImage: true, epsilon: 1e-8,
                input: ImageInput(order: .channelsLast, cropBorder: 4, luma: .bgr))
        },
    ],
    "SSIM": [
        .init([:]) { SSIM() },
        .init(["sigma": 2.0]) { SSIM(window: .gaussian(sigma: 2)) },
        .init(["data_range": 255.0, "window_size": 9, "input_order": "HWC", "crop_border": 4, "luma": "rgb"]) {
            SSIM(
                dataRange: 255, window: .uniform(size: 9),
                input: ImageInput(order: .channelsLast, cropBorder: 4, luma: .rgb))
        },
    ],
    "Perplexity": [
        .init([:]) { Perplexity() },
        .init(["ignore_index": -100]) { Perplexity(ignoreIndex: -100) },
    ],
    "BLEU": [
        .init([:]) { BLEU() },
        .init(["max_length": 2, "smoothing": "add", "smoothing_value": 2.0]) { BLEU(maxLength: 2, smoothing: .add(2)) },
        .init(["smoothing": "floor"]) { BLEU(smoothing: .floor(0.1)) },
        .init(["smoothing": "exponential"]) { BLEU(smoothing: .exponential) },
    ],
    "MeanAveragePrecision": [
        .init([:]) { MeanAveragePrecision() },
        .init(["overlaps": [0.5, 0.75], "max_detections": [1, 5]]) {
            MeanAveragePrecision(overlaps: [0.5, 0.75], maxDetections: [1, 5])
        },
    ],
]
