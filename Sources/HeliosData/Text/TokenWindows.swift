import Torch
import TorchSerialization

/// Windows of a sequence of tokens, to train a language model on: inputs, and as targets the same moved by one token.
///
/// ```swift
/// let tokens = try TokenSequence(tokens: url)
/// let training = try TokenWindows(random: tokens, length: 1024, count: 64_000)
/// let validation = try TokenWindows(sequential: validationTokens, length: 1024)
/// ```
public struct TokenWindows: BatchDataset {
    /// The sequence that the windows come from.
    public let tokens: TokenSequence
    /// The number of tokens in a window.
    public let length: Int
    /// The type of the batches, `int64` or `int32`.
    public let dtype: DType
    /// The number of windows in an epoch.
    public let count: Int
    /// How far a window is from the one before; `nil` draws where each begins.
    private let step: Int?

    /// Windows that begin anywhere, drawn again in each epoch.
    ///
    /// Where a window begins depends on the seed, the epoch and the number of the sample only.
    ///
    /// - Parameters:
    ///   - tokens: at least one more than a window has.
    ///   - length: the number of tokens in a window.
    ///   - count: how many windows an epoch has.
    ///   - dtype: `int64`, or `int32`, which takes half of the memory; embeddings and losses take class numbers of
    ///     `int64`.
    /// - Throws: `DataError` if there are too few tokens.
    public init(random tokens: TokenSequence, length: Int, count: Int, dtype: DType = .int64) throws {
        guard count > 0 else { throw DataError("the number of windows in an epoch must be positive, not \(count)") }
        tokens.expectRandomAccess()
        try self.init(tokens, length, count, dtype, step: nil)
    }

    /// Windows one after the other, each token an input once: for validation. Tokens at the end that fill no window are
    /// left out.
    ///
    /// - Throws: `DataError` if there are too few tokens for one window.
    public init(sequential tokens: TokenSequence, length: Int, dtype: DType = .int64) throws {
        try self.init(tokens, length, length > 0 ? (tokens.count - 1) / length : 0, dtype, step: length)
    }

    private init(_ tokens: TokenSequence, _ length: Int, _ count: Int, _ dtype: DType, step: Int?) throws {
        guard length > 0 else { throw DataError("the length of a window must be positive, not \(length)") }
        guard tokens.count > length else {
            throw DataError(
                "a window of \(length) tokens and the token that follows do not fit into a sequence of \(tokens.count)")
        }
        guard dtype == .int64 || dtype == .int32 else {
            throw DataError("windows of tokens are int64 or int32, not \(dtype)")
        }
        self.tokens = tokens
        self.length = length
        self.count = count
        self.dtype = dtype
        self.step = step
    }

    public func batch(at indices: [Int], random: BatchRandom) throws -> LabeledBatch {
        if let bad = indices.first(where: { !(0..<count).contains($0) }) {
            throw DataError("there is no window \(bad) among \(count)")
        }
        let starts = indices.map { index in
            if let step { return index * step }
            var random = random.sample(index)
            return Int.random(in: 0...(tokens.count - length - 1), using: &random)
        }
        return LabeledBatch(inputs: try rows(starts), targets: try rows(starts.map { $0 + 1 }))
    }

    /// The windows that begin at some positions, `[N, length]`.
    private func rows(_ starts: [Int]) throws -> Tensor {
        try Tensor.filled(shape: [starts.count, length], dtype: dtype) { bytes in
            if dtype == .int64 { fill(bytes.bindMemory(to: Int64.self), starts) }
            if dtype == .int32 { fill(bytes.bindMemory(to: Int32.self), starts) }
        }
    }

    private func fill<Number: FixedWidthInteger>(_ rows: UnsafeMutableBufferPointer<Number>, _ starts: [Int]) {
        for (row, start) in starts.enumerated() {
            tokens.copy(start, to: UnsafeMutableBufferPointer(rebasing: rows[row * length..<(row + 1) * length]))
        }
    }
}
