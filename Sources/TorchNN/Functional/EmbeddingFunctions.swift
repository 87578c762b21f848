import Torch

/// The rows of a table, by their numbers.
///
/// - Parameters:
///   - input: integers of any shape.
///   - weight: the table, `[rows, size]`.
///   - paddingIdx: the row that gets no gradient; negative numbers count from the end.
///   - maxNorm: the maximum norm, to which rows with larger norms are scaled down in the table itself when they are
///     used; `nil` disables scaling.
///   - normType: the power of the norm.
///   - scaleGradByFreq: whether a row's gradient is divided by how often it is used.
///   - sparse: whether the table's gradient is a sparse tensor.
/// - Returns: the input's shape with `size` behind it.
/// - Throws: `TorchError` if, on the CPU, there is no such row.
public func embedding(
    _ input: Tensor, weight: Tensor, paddingIdx: Int? = nil, maxNorm: Double? = nil, normType: Double = 2,
    scaleGradByFreq: Bool = false, sparse: Bool = false
) throws -> Tensor {
    let paddingIdx = try row(paddingIdx, of: weight, "embedding")
    if let maxNorm { try renormalize(weight, at: input, maxNorm: maxNorm, normType: normType) }
    return try Tensor.embedding(
        weight, indices: input, paddingIdx: paddingIdx ?? -1, scaleGradByFreq: scaleGradByFreq, sparse: sparse)
}

/// The sum, the mean, or the maximum of rows of a table, for each bag of row indices.
///
/// - Parameters:
///   - input: `[bags, bag size]`; or `[N]`, with `offsets` that contain the index at which each bag starts.
///   - weight: the table, `[rows, size]`.
///   - offsets: `[bags]`, from 0 upwards; for an input of one dimension.
///   - mode: how to combine the rows of a bag.
///   - perSampleWeights: of the input's shape: the factor for each row, for sums only.
///   - includeLastOffset: whether the last offset is the input's length, not the start of a bag.
///   - paddingIdx: the row that is excluded from its bag.
/// - Returns: `[bags, size]`.
/// - Throws: `TorchError` if, on the CPU, there is no such row, or offsets do not rise from 0 to the input's length;
///   and for options that do not fit the mode.
public func embeddingBag(
    _ input: Tensor, weight: Tensor, offsets: Tensor? = nil, maxNorm: Double? = nil, normType: Double = 2,
    scaleGradByFreq: Bool = false, mode: EmbeddingBag.Mode = .mean, sparse: Bool = false,
    perSampleWeights: Tensor? = nil, includeLastOffset: Bool = false, paddingIdx: Int? = nil
) throws -> Tensor {
    let operation = "embedding_bag"
    try requireShape(weight.dimensionCount == 2, operation, weight, "the table must have two dimensions")
    try requireShape(
        input.dimensionCount == 1 ? offsets != nil : input.dimensionCount == 2 && offsets == nil, operation, input,
        "it takes [bags, bag size] without offsets, or [N] with them")
    if let perSampleWeights {
        try require(mode == .sum, operation, "weights for each row go with sums, not with \(mode.rawValue)")
        try requireShape(
            perSampleWeights.shape == input.shape, operation, perSampleWeights, "the weights need the input's shape")
    }
    try checkMode(mode, scaleGradByFreq: scaleGradByFreq, sparse: sparse, operation)
    let paddingIdx = try row(paddingIdx, of: weight, operation)
    let starts: Tensor
    if let offsets {
        try checkOffsets(offsets, length: input.count, operation)
        starts = offsets
    } else {
        let size = try input.size(1)
        starts = try Tensor.arange(try input.size(0), dtype: input.dtype, device: input.device) * size
    }
    let rows = try input.reshape([-1])
    if let maxNorm { try renormalize(weight, at: rows, maxNorm: maxNorm, normType: normType) }
    return try Tensor.embeddingBag(
        weight, indices: rows, offsets: starts, scaleGradByFreq: scaleGradByFreq, mode: mode.number, sparse: sparse,
        perSampleWeights: perSampleWeights?.reshape([-1]), includeLastOffset: includeLastOffset && offsets != nil,
        paddingIdx: paddingIdx
    ).0
}

/// One-hot vectors of classes: `[…]` becomes `[…, classes]`.
///
/// - Parameter numClasses: the number of classes; `nil` uses one more than the highest class.
public func oneHot(_ input: Tensor, numClasses: Int? = nil) throws -> Tensor {
    try Tensor.oneHot(input, numClasses: numClasses ?? -1)
}

/// The number of a row counted from the start.
private func row(_ index: Int?, of table: Tensor, _ operation: String) throws -> Int? {
    try checkRow(index, of: table, operation)
    guard let index else { return nil }
    return index < 0 ? index + (try table.size(0)) : index
}

/// Throws unless a table has the padding's row.
func checkRow(_ paddingIdx: Int?, of table: Tensor, _ operation: String) throws {
    guard let paddingIdx else { return }
    let rows = try table.size(0)
    try require(
        (-rows..<rows).contains(paddingIdx), operation,
        "paddingIdx must be from \(-rows) to \(rows - 1), since the table has \(rows) rows, not \(paddingIdx)")
}

/// Throws for options with which PyTorch has no gradient of greatest elements.
func checkMode(_ mode: EmbeddingBag.Mode, scaleGradByFreq: Bool, sparse: Bool, _ operation: String) throws {
    try require(
        mode != .max || !scaleGradByFreq && !sparse, operation,
        "greatest elements have no gradient that is scaled by frequency or sparse")
}

private func renormalize(_ weight: Tensor, at rows: Tensor, maxNorm: Double, normType: Double) throws {
    _ = try noGrad {
        try Tensor.embeddingRenorm_(
            weight.detach(), indices: rows.contiguous(), maxNorm: maxNorm, normType: normType)
    }
}

/// libtorch's kernels trust offsets between the first and the last.
private func checkOffsets(_ offsets: Tensor, length: Int, _ operation: String) throws {
    try requireShape(offsets.dimensionCount == 1, operation, offsets, "the offsets need one dimension")
    guard offsets.device == .cpu, offsets.count > 0 else { return }
    let values = try offsets.to(.int64).array(Int.self)
    let isRising = zip(values, values.dropFirst()).allSatisfy { $0 <= $1 }
    try require(
        values.first == 0 && isRising && (values.last ?? 0) <= length, operation,
        "the offsets must rise from 0 to at most \(length)")
}
