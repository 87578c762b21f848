import Torch

/// Sequences of several lengths without padding, step by step: what a recurrent layer computes no step too many for.
///
/// `packPaddedSequence` and `packSequence` make one, `padPackedSequence` makes padded sequences of one.
public struct PackedSequence: Sendable {
    /// The elements of all sequences, `[sum of lengths, …]`: the first of each, then the second of each, and so on.
    public let data: Tensor
    /// How many sequences have each step, `[longest length]`, on the CPU.
    public let batchSizes: Tensor
    /// Where in the batch each of the sequences, longest first, came from; nil where they came in that order.
    public let sortedIndices: Tensor?
    /// Where among the sequences, longest first, each of the batch is.
    public let unsortedIndices: Tensor?

    /// `batchSizes` as numbers.
    let sizes: [Int]

    init(data: Tensor, sizes: [Int], sortedIndices: Tensor?, unsortedIndices: Tensor?) throws {
        self.data = data
        self.sizes = sizes
        self.sortedIndices = sortedIndices
        self.unsortedIndices = unsortedIndices
        batchSizes = try Tensor(sizes, shape: [sizes.count])
    }

    /// The same sequences with other elements.
    func with(data: Tensor) throws -> PackedSequence {
        try PackedSequence(
            data: data, sizes: sizes, sortedIndices: sortedIndices, unsortedIndices: unsortedIndices)
    }
}

/// Packs padded sequences.
///
/// - Parameters:
///   - input: `[longest length, batch, …]`, or `[batch, longest length, …]` with `batchFirst`.
///   - lengths: of each sequence, at least 1.
///   - enforceSorted: whether the sequences come longest first; otherwise they are sorted here.
/// - Throws: `TorchError` for lengths that do not fit the input or are not sorted as promised.
public func packPaddedSequence(
    _ input: Tensor, lengths: [Int], batchFirst: Bool = false, enforceSorted: Bool = true
) throws -> PackedSequence {
    let operation = "pack_padded_sequence"
    try requireShape(input.dimensionCount >= 2, operation, input, "it takes sequences in a batch")
    var x = batchFirst ? try input.transpose(0, 1) : input
    let shape = x.shape
    let (steps, batch) = (shape[0], shape[1])
    try requireShape(
        lengths.count == batch && batch > 0 && lengths.allSatisfy { 0 < $0 && $0 <= steps }, operation, input,
        "there must be a length from 1 to \(steps) for each of \(batch) sequences, not \(lengths)")
    var sorted = lengths
    var order: Tensor?
    var positions: Tensor?
    if enforceSorted {
        try require(
            zip(lengths, lengths.dropFirst()).allSatisfy { $0 >= $1 }, operation,
            "the sequences must come longest first, not \(lengths), or be sorted here: enforceSorted: false")
    } else {
        let indices = lengths.indices.sorted { (-lengths[$0], $0) < (-lengths[$1], $1) }
        sorted = indices.map { lengths[$0] }
        let sources = try Tensor(indices, shape: [batch]).to(input.device)
        x = try x.indexSelect(dim: 1, index: sources)
        order = sources
        positions = try sources.argsort()
    }
    let sizes = (0..<(sorted.first ?? 0)).map { step in sorted.prefix { $0 > step }.count }
    let data = try x.reshape([steps * batch] + shape.dropFirst(2)).indexSelect(
        dim: 0, index: places(of: sizes, batch: batch).to(input.device))
    return try PackedSequence(data: data, sizes: sizes, sortedIndices: order, unsortedIndices: positions)
}

/// Makes padded sequences of packed ones.
///
/// - Parameters:
///   - batchFirst: whether the result is `[batch, length, …]`.
///   - paddingValue: what stands behind the shorter sequences.
///   - totalLength: how long the result is; the longest length where nil.
/// - Returns: the sequences and their lengths, in the batch's order.
/// - Throws: `TorchError` for a total length below the longest.
public func padPackedSequence(
    _ sequence: PackedSequence, batchFirst: Bool = false, paddingValue: Double = 0, totalLength: Int? = nil
) throws -> (output: Tensor, lengths: [Int]) {
    let sizes = sequence.sizes
    let steps = totalLength ?? sizes.count
    try require(
        sizes.count <= steps && steps <= largestOption, "pad_packed_sequence",
        "the total length, \(steps), must be at least that of the longest sequence, \(sizes.count)")
    let batch = sizes.first ?? 0
    let data = sequence.data
    let rest = data.shape.dropFirst()
    let padded = try Tensor.full([steps * batch] + rest, .real(paddingValue), dtype: data.dtype, device: data.device)
    var output = try padded.indexCopy(dim: 0, index: places(of: sizes, batch: batch).to(data.device), source: data)
        .reshape([steps, batch] + rest)
    var lengths = (0..<batch).map { position in sizes.prefix { $0 > position }.count }
    if let positions = sequence.unsortedIndices {
        output = try output.indexSelect(dim: 1, index: positions)
        lengths = try positions.array(Int.self).map { lengths[$0] }
    }
    return (batchFirst ? try output.transpose(0, 1) : output, lengths)
}

/// Makes one padded tensor of sequences of several lengths.
///
/// - Parameter sequences: `[length, …]` each.
/// - Returns: `[longest length, batch, …]`, or `[batch, longest length, …]` with `batchFirst`.
public func padSequence(
    _ sequences: [Tensor], batchFirst: Bool = false, paddingValue: Double = 0
) throws -> Tensor {
    let longest = try sequences.map { try $0.size(0) }.max() ?? 0
    let padded = try sequences.map { sequence in
        let edges = Array(repeating: 0, count: 2 * sequence.dimensionCount - 1) + [longest - (try sequence.size(0))]
        return try pad(sequence, edges, value: paddingValue)
    }
    return try Tensor.stack(padded, dim: batchFirst ? 0 : 1)
}

/// Packs sequences of several lengths, `[length, …]` each.
///
/// - Parameter enforceSorted: whether the sequences come longest first; otherwise they are sorted here.
public func packSequence(_ sequences: [Tensor], enforceSorted: Bool = true) throws -> PackedSequence {
    try packPaddedSequence(
        padSequence(sequences), lengths: sequences.map { try $0.size(0) }, enforceSorted: enforceSorted)
}

/// Where in steps of `batch` elements each those of the packed sequences are.
private func places(of sizes: [Int], batch: Int) throws -> Tensor {
    let places = sizes.enumerated().flatMap { step, size in (0..<size).map { step * batch + $0 } }
    return try Tensor(places, shape: [places.count])
}
