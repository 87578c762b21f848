import Torch

/// The negative log-likelihood of label sequences, over all their alignments with longer input sequences.
///
/// Graves and others 2006, "Connectionist temporal classification". The mean is over the batch, after each sequence's
/// loss is divided by its target's length.
/// - Parameters:
///   - logProbabilities: logarithms of probabilities, `[T, N, C]`, or `[T, C]` for one sequence.
///   - targets: the labels, `[N, S]` padded at the end, or all of them one after another in one dimension.
///   - inputLengths: the length of each sequence within `T`, `[N]` (`[]` for one sequence).
///   - targetLengths: the number of labels of each target, `[N]` (`[]` for one sequence).
///   - blank: the class of no label.
///   - zeroInfinity: whether a loss that is infinite, as it is if a target is longer than its input, counts as 0 and
///     has no gradient.
/// - Throws: `TorchError` if shapes, lengths, or labels do not fit. (This check waits for the device.)
public func ctcLoss(
    _ logProbabilities: Tensor, _ targets: Tensor, inputLengths: Tensor, targetLengths: Tensor, blank: Int = 0,
    reduction: Reduction = .mean, zeroInfinity: Bool = false
) throws -> Tensor {
    try checkSequences(logProbabilities, targets, inputLengths: inputLengths, targetLengths: targetLengths)
    return try Tensor.ctcLoss(
        logProbabilities, targets: targets, inputLengths: inputLengths, targetLengths: targetLengths, blank: blank,
        reduction: reduction, zeroInfinity: zeroInfinity)
}

/// `ctcLoss` with its lengths as arrays, one number for each sequence.
public func ctcLoss(
    _ logProbabilities: Tensor, _ targets: Tensor, inputLengths: [Int], targetLengths: [Int], blank: Int = 0,
    reduction: Reduction = .mean, zeroInfinity: Bool = false
) throws -> Tensor {
    let isSingle = logProbabilities.dimensionCount == 2 && inputLengths.count == 1 && targetLengths.count == 1
    return try ctcLoss(
        logProbabilities, targets, inputLengths: Tensor(inputLengths, shape: isSingle ? [] : [inputLengths.count]),
        targetLengths: Tensor(targetLengths, shape: isSingle ? [] : [targetLengths.count]), blank: blank,
        reduction: reduction, zeroInfinity: zeroInfinity)
}

/// The kernels use lengths and labels as positions in memory without checking them.
private func checkSequences(
    _ logProbabilities: Tensor, _ targets: Tensor, inputLengths: Tensor, targetLengths: Tensor
) throws {
    func fail(_ message: String, kind: TorchError.Kind = .index) -> TorchError {
        let inputs = [logProbabilities, targets, inputLengths, targetLengths]
        return TorchError(
            kind: kind, operation: "ctc_loss",
            inputs: inputs.map { "\($0.dtype)\($0.shape)" }.joined(separator: ", "), message: message)
    }
    let shape = logProbabilities.shape
    guard shape.count == 2 || shape.count == 3, let classCount = shape.last else {
        throw fail("the probabilities must be [T, N, C] or [T, C]", kind: .shape)
    }
    let batchSize = shape.count == 3 ? shape[1] : 1
    let lengths = try (input: integers(inputLengths), target: integers(targetLengths))
    guard lengths.input.count == batchSize, lengths.target.count == batchSize else {
        throw fail("there must be one length for each of \(batchSize) sequences", kind: .shape)
    }
    guard lengths.input.allSatisfy({ 0...shape[0] ~= $0 }) else {
        throw fail("the input lengths must be between 0 and \(shape[0]), not \(lengths.input)")
    }
    let isPadded = shape.count == 3 && targets.dimensionCount == 2
    let labels = try integers(targets)
    let room = isPadded ? targets.shape[1] : labels.count
    guard lengths.target.allSatisfy({ 0...room ~= $0 }), isPadded ? targets.shape[0] == batchSize : true else {
        throw fail("targets do not have the lengths \(lengths.target)", kind: .shape)
    }
    // The padding after a target's end may have any number.
    let rows = isPadded ? lengths.target.enumerated().map { labels[($0 * room)...].prefix($1) } : [labels[...]]
    for row in rows {
        if let wrong = row.first(where: { !(0..<classCount ~= $0) }) {
            throw fail("the target has the label \(wrong), of \(classCount) classes")
        }
    }
}

private func integers(_ tensor: Tensor) throws -> [Int] {
    try tensor.to(.int64).array(Int.self)
}

/// `ctcLoss` with its options, as a module.
public final class CTCLoss: Module {
    public let blank: Int
    public let reduction: Reduction
    public let zeroInfinity: Bool

    public init(blank: Int = 0, reduction: Reduction = .mean, zeroInfinity: Bool = false) {
        self.blank = blank
        self.reduction = reduction
        self.zeroInfinity = zeroInfinity
    }

    public func callAsFunction(
        _ logProbabilities: Tensor, _ targets: Tensor, inputLengths: Tensor, targetLengths: Tensor
    ) throws -> Tensor {
        try call((logProbabilities, targets, inputLengths, targetLengths)) {
            try forward(logProbabilities, targets, inputLengths: inputLengths, targetLengths: targetLengths)
        }
    }

    public func callAsFunction(
        _ logProbabilities: Tensor, _ targets: Tensor, inputLengths: [Int], targetLengths: [Int]
    ) throws -> Tensor {
        try call((logProbabilities, targets)) {
            try forward(logProbabilities, targets, inputLengths: inputLengths, targetLengths: targetLengths)
        }
    }

    /// What a call computes; see `ctcLoss`.
    public func forward(
        _ logProbabilities: Tensor, _ targets: Tensor, inputLengths: Tensor, targetLengths: Tensor
    ) throws -> Tensor {
        try ctcLoss(
            logProbabilities, targets, inputLengths: inputLengths, targetLengths: targetLengths, blank: blank,
            reduction: reduction, zeroInfinity: zeroInfinity)
    }

    /// What a call computes; see `ctcLoss`.
    public func forward(
        _ logProbabilities: Tensor, _ targets: Tensor, inputLengths: [Int], targetLengths: [Int]
    ) throws -> Tensor {
        try ctcLoss(
            logProbabilities, targets, inputLengths: inputLengths, targetLengths: targetLengths, blank: blank,
            reduction: reduction, zeroInfinity: zeroInfinity)
    }
}
