import Torch

/// Sequences of different lengths without padding, stored step by step, so that a recurrent layer computes no
/// unnecessary steps.
///
/// `packPaddedSequence` and `packSequence` create one, and `padPackedSequence` converts one to padded sequences.
public struct PackedSequence: Sendable {
    /// The elements of all sequences, `[sum of lengths, …]`: the first of each, then the second of each, and so on.
    public let data: Tensor
    /// The number of sequences that have each step, `[longest length]`, on the CPU.
    public let batchSizes: Tensor
    /// The position in the batch of each of the sequences, longest first; `nil` if they were in that order.
    public let sortedIndices: Tensor?
    /// The position, among the sequences with the longest first, of each of the batch.
    public let unsortedIndices: Tensor?

    /// The same sequences with other elements.
    func with(data: Tensor) -> PackedSequence {
        PackedSequence(
            data: data, batchSizes: batchSizes, sortedIndices: sortedIndices, unsortedIndices: unsortedIndices)
    }
}

extension PackedSequence: ShownToHooks {
    var tensorsForHooks: [Tensor] { [data] }
}

/// Packs padded sequences.
///
/// - Parameters:
///   - input: `[longest length, batch, …]`, or `[batch, longest length, …]` with `batchFirst`.
///   - lengths: the length of each sequence, at least 1.
///   - enforceSorted: whether the sequences are already sorted, longest first; otherwise, they are sorted here.
/// - Throws: `TorchError` for lengths that do not fit the input or are not sorted as promised.
public func packPaddedSequence(
    _ input: Tensor, lengths: [Int], batchFirst: Bool = false, enforceSorted: Bool = true
) throws -> PackedSequence {
    let operation = "pack_padded_sequence"
    try requireShape(input.dimensionCount >= 2, operation, input, "it takes sequences in a batch")
    let (steps, batch) = (input.shape[batchFirst ? 1 : 0], input.shape[batchFirst ? 0 : 1])
    try requireShape(
        lengths.count == batch && batch > 0 && lengths.allSatisfy { 0 < $0 && $0 <= steps }, operation, input,
        "there must be a length from 1 to \(steps) for each of \(batch) sequences, not \(lengths)")
    var (x, sorted) = (input, lengths)
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
        x = try x.indexSelect(dim: batchFirst ? 0 : 1, index: sources)
        order = sources
        positions = try sources.argsort()
    }
    let (data, batchSizes) = try Tensor.packPaddedSequence(
        x, lengths: Tensor(sorted, shape: [batch]), batchFirst: batchFirst)
    return PackedSequence(data: data, batchSizes: batchSizes, sortedIndices: order, unsortedIndices: positions)
}

/// Converts packed sequences to padded ones.
///
/// - Parameters:
///   - batchFirst: whether the result is `[batch, length, …]`.
///   - paddingValue: the value that follows the shorter sequences.
///   - totalLength: the length of the result; `nil` uses the longest length.
/// - Returns: the sequences and their lengths, in the batch's order.
/// - Throws: `TorchError` for a total length below the longest.
public func padPackedSequence(
    _ sequence: PackedSequence, batchFirst: Bool = false, paddingValue: Double = 0, totalLength: Int? = nil
) throws -> (output: Tensor, lengths: [Int]) {
    let longest = sequence.batchSizes.count
    let steps = totalLength ?? longest
    try require(
        longest <= steps && steps <= largestOption, "pad_packed_sequence",
        "the total length, \(steps), must be at least the length of the longest sequence, \(longest)")
    var (output, lengths) = try Tensor.padPackedSequence(
        sequence.data, batchSizes: sequence.batchSizes, batchFirst: batchFirst, paddingValue: paddingValue,
        totalLength: steps)
    if let positions = sequence.unsortedIndices {
        output = try output.indexSelect(dim: batchFirst ? 0 : 1, index: positions)
        lengths = try lengths.indexSelect(dim: 0, index: positions.to(.cpu))
    }
    return (output, try lengths.array(Int.self))
}

/// The side of a sequence that is padded.
public typealias PaddingSide = Tensor.Side

/// Combines sequences of different lengths into one padded tensor.
///
/// - Parameters:
///   - sequences: `[length, …]` each.
///   - paddingSide: the side of shorter sequences that is padded.
/// - Returns: `[longest length, batch, …]`, or `[batch, longest length, …]` with `batchFirst`.
public func padSequence(
    _ sequences: [Tensor], batchFirst: Bool = false, paddingValue: Double = 0, paddingSide: PaddingSide = .right
) throws -> Tensor {
    try Tensor.padSequence(
        sequences, batchFirst: batchFirst, paddingValue: paddingValue, paddingSide: paddingSide)
}

/// Extracts the sequences from a padded tensor: the reverse of `padSequence`.
///
/// - Parameters:
///   - input: `[longest length, batch, …]`, or `[batch, longest length, …]` with `batchFirst`.
///   - lengths: the length of each sequence.
/// - Throws: `TorchError` unless there is a length that fits for each sequence.
public func unpadSequence(_ input: Tensor, lengths: [Int], batchFirst: Bool = false) throws -> [Tensor] {
    let operation = "unpad_sequence"
    try requireShape(input.dimensionCount >= 2, operation, input, "it takes sequences in a batch")
    let (steps, batch) = (input.shape[batchFirst ? 1 : 0], input.shape[batchFirst ? 0 : 1])
    try requireShape(
        lengths.count == batch && lengths.allSatisfy { (0...steps).contains($0) }, operation, input,
        "there must be a length from 0 to \(steps) for each of \(batch) sequences, not \(lengths)")
    return try zip(input.unbind(dim: batchFirst ? 0 : 1), lengths).map { try $0.narrow(dim: 0, start: 0, length: $1) }
}

/// Packs sequences of several lengths, `[length, …]` each.
///
/// - Parameter enforceSorted: whether the sequences are already sorted, longest first; otherwise, they are sorted here.
public func packSequence(_ sequences: [Tensor], enforceSorted: Bool = true) throws -> PackedSequence {
    try packPaddedSequence(
        padSequence(sequences), lengths: sequences.map { try $0.size(0) }, enforceSorted: enforceSorted)
}

/// Returns the sequences of a pack, in the order of the batch: the reverse of `packSequence`.
public func unpackSequence(_ sequence: PackedSequence) throws -> [Tensor] {
    let (output, lengths) = try padPackedSequence(sequence)
    return try unpadSequence(output, lengths: lengths)
}
