extension Registry where Subject == Void, Product == any Metric {
    func addClassificationMetrics() {
        add("Accuracy") {
            try Accuracy(
                task($0), topK: $0.int("top_k", 1), average: $0.choice("average", .micro),
                exactMatch: $0.bool("exact_match", false))
        }
        add("Precision") {
            try Precision(
                task($0), average: $0.choice("average", .macro),
                countsAbsentClasses: $0.bool("counts_absent_classes", false))
        }
        add("Recall") {
            try Recall(
                task($0), average: $0.choice("average", .macro),
                countsAbsentClasses: $0.bool("counts_absent_classes", false))
        }
        add("FBetaScore") {
            try FBetaScore(
                task($0), beta: $0.double("beta", 1), average: $0.choice("average", .macro),
                countsAbsentClasses: $0.bool("counts_absent_classes", false),
                combinesAverages: $0.bool("combines_averages", false))
        }
        add("ConfusionMatrix") {
            try ConfusionMatrix(task($0), normalization: $0.optionalChoice("normalization"))
        }
        add("AUROC") { try AUROC(task($0), average: $0.choice("average", .macro)) }
        add("AveragePrecision") {
            try AveragePrecision(
                task($0), average: $0.choice("average", .macro),
                countsAbsentClasses: $0.bool("counts_absent_classes", true), asPercent: $0.bool("as_percent", false))
        }
        add("CalibrationError") {
            try CalibrationError(task($0), bins: $0.int("n_bins", 15), norm: $0.choice("norm", .l1))
        }
        add("CohenKappa") { try CohenKappa(task($0), weights: $0.choice("weights", .none)) }
        add("MatthewsCorrelation") { try MatthewsCorrelation(task($0)) }
    }

    func addRegressionMetrics() {
        add("MeanMetric") { _ in MeanMetric() }
        add("MeanAbsoluteError") {
            try MeanAbsoluteError(scale: $0.double("scale", 1), offset: $0.double("offset", 0))
        }
        add("MeanSquaredError") { _ in MeanSquaredError() }
        add("RootMeanSquaredError") { _ in RootMeanSquaredError() }
        add("R2Score") { _ in R2Score() }
    }

    func addOtherMetrics() {
        add("PSNR") {
            try PSNR(
                dataRange: $0.double("data_range", 1), perImage: $0.bool("per_image", false),
                epsilon: $0.double("epsilon", 0), input: imageInput($0))
        }
        add("SSIM") {
            let sigma = try $0.double("sigma", 1.5)
            let window = try $0.optional("window_size", as: Int.self)
            return try SSIM(
                dataRange: $0.double("data_range", 1),
                window: window.map { .uniform(size: $0) } ?? .gaussian(sigma: sigma), input: imageInput($0))
        }
        add("Perplexity") { try Perplexity(ignoreIndex: $0.optional("ignore_index")) }
        add("BLEU") { options in
            let smoothing: BLEU.Smoothing =
                switch try options.choice("smoothing", SmoothingName.none) {
                case .none: .none
                case .add: .add(try options.double("smoothing_value", 1))
                case .floor: .floor(try options.double("smoothing_value", 0.1))
                case .exponential: .exponential
                }
            return try BLEU(maxLength: options.int("max_length", 4), smoothing: smoothing)
        }
        add("MeanAveragePrecision") {
            try MeanAveragePrecision(
                overlaps: $0.value("overlaps", default: MeanAveragePrecision.standardOverlaps),
                maxDetections: $0.value("max_detections", default: [1, 10, 100]))
        }
    }
}

private enum TaskName: String, CaseIterable {
    case binary, multiclass, multilabel
}

private enum SmoothingName: String, CaseIterable {
    case none, add, floor, exponential
}

private func task(_ options: OptionReader) throws -> ClassificationTask {
    switch try options.choice("task", as: TaskName.self) {
    case .binary: .binary(threshold: try options.double("threshold", 0.5))
    case .multiclass: .multiclass(classes: try options.int("num_classes"))
    case .multilabel:
        .multilabel(labels: try options.int("num_labels"), threshold: try options.double("threshold", 0.5))
    }
}

private func imageInput(_ options: OptionReader) throws -> ImageInput {
    ImageInput(
        order: try options.choice("input_order", .channelsFirst), cropBorder: try options.int("crop_border", 0),
        luma: try options.optionalChoice("luma"))
}
