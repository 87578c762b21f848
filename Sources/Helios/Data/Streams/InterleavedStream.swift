import Torch

extension StreamDataset {
    /// Returns samples of this stream and others in turn, in given proportions; see `InterleavedStream`.
    ///
    /// - Parameters:
    ///   - others: the other streams.
    ///   - weights: how often samples of each stream appear, starting with this one; `nil` uses all equally often.
    ///   - end: when the samples end.
    /// - Throws: `DataError` for weights that are not positive, or if the numbers of weights and streams differ.
    public func interleaved(
        with others: any StreamDataset<Element, Sample>..., weights: [Double]? = nil,
        until end: InterleavingEnd = .first
    ) throws -> InterleavedStream<Element, Sample> {
        try InterleavedStream([self] + others, weights: weights, until: end)
    }
}

/// Samples of several streams in turn, in given proportions: `StreamDataset.interleaved`.
///
/// Each stream supplies its samples in order. Every section has the same proportions as the whole, up to one sample of
/// each stream. The end of a stream is noticed when its next sample is due. With `.first`, the epoch then ends; with
/// `.last`, it ends when all streams have reached their ends. Until then, a stream that has ended starts the same epoch
/// again.
public struct InterleavedStream<SourceElement: Sendable, Sample: Sendable>: StreamDataset {
    private let combined: CombinedStreams<SourceElement, Sample>
    private let turns: InterleavingTurns
    private let end: InterleavingEnd

    /// Creates a stream with the samples of streams in turn.
    ///
    /// - Parameters:
    ///   - streams: the streams. A stream without samples causes an error when it is read.
    ///   - weights: how often samples of each stream appear, with one number for each; they don't have to add up to 1.
    ///     `nil` uses all equally often.
    ///   - end: when the samples end.
    /// - Throws: `DataError` for weights that are not positive, or if the numbers of weights and streams differ.
    public init(
        _ streams: [any StreamDataset<SourceElement, Sample>], weights: [Double]? = nil,
        until end: InterleavingEnd = .first
    ) throws {
        combined = CombinedStreams(streams: streams)
        turns = try InterleavingTurns(of: "streams", streams.count, weights)
        self.end = end
    }

    public func elements(
        epoch: Int, seed: UInt64, from position: StateDict?
    ) throws -> any ElementReader<CombinedElement<SourceElement>> {
        let streams = combined.streams
        let reader = InterleavedReader<SourceElement>(turns, until: end) { stream, position in
            try streams[stream].elements(epoch: epoch, seed: seed, from: position)
        }
        if let position { try combined.checkCount(in: position) }
        try reader.begin(from: position)
        return reader
    }

    public func sample(
        of element: CombinedElement<SourceElement>, random: inout SampleRandom
    ) throws -> Sample {
        try combined.sample(of: element, random: &random)
    }

    public func name(of element: CombinedElement<SourceElement>) -> String? { combined.name(of: element) }
}

private final class InterleavedReader<Element: Sendable>: ElementReader {
    private var turns: InterleavingTurns
    private let end: InterleavingEnd
    private let open: (_ stream: Int, _ position: StateDict?) throws -> any ElementReader<Element>
    private var readers: [any ElementReader<Element>] = []
    /// Which streams have ended, perhaps to begin again.
    private var ended: [Bool]
    private var isOver = false

    init(
        _ turns: InterleavingTurns, until end: InterleavingEnd,
        open: @escaping (_ stream: Int, _ position: StateDict?) throws -> any ElementReader<Element>
    ) {
        self.turns = turns
        self.end = end
        self.open = open
        ended = turns.shares.map { _ in false }
    }

    /// Opens the streams at the beginning, or at a position.
    func begin(from position: StateDict?) throws {
        guard let position else {
            readers = try turns.shares.indices.map { try open($0, nil) }
            return
        }
        let shares = try position.list("shares").map(\.double)
        guard shares == turns.shares, try position.string("until") == end.rawValue else {
            throw StateDictError(
                "the streams were interleaved with other weights, or until another end: finish the epoch with the old ones"
            )
        }
        let places = try position.list("positions")
        let ended = try position.list("ended").compactMap(\.bool)
        guard places.count == turns.shares.count, ended.count == places.count else {
            throw StateDictError("the position must have one of each of the \(turns.shares.count) streams")
        }
        try turns.restore(taken: position.list("taken").map { $0.int ?? -1 })
        readers = try places.enumerated().map { stream, place in
            guard let state = place.dictionary else {
                throw StateDictError("the position in a stream is a \(place.typeName), and must be a dictionary")
            }
            return try open(stream, state)
        }
        self.ended = ended
        isOver = try position.bool("over")
    }

    func next() throws -> CombinedElement<Element>? {
        guard !isOver else { return nil }
        let stream = turns.next
        if let element = try readers[stream].next() { return take(element, from: stream) }
        ended[stream] = true
        if turns.taken[stream] > 0 {
            isOver = end == .first || ended.allSatisfy(\.self)
            if isOver { return nil }
            readers[stream] = try open(stream, nil)
            if let element = try readers[stream].next() { return take(element, from: stream) }
        }
        throw DataError(
            "stream \(stream + 1) of those that are interleaved has no samples: leave it out, or see whether a filter "
                + "leaves out all of them")
    }

    private func take(_ element: Element, from stream: Int) -> CombinedElement<Element> {
        turns.take(from: stream)
        return CombinedElement(stream: stream, element: element)
    }

    func position() throws -> StateDict {
        [
            "count": .int(readers.count), "shares": .list(turns.shares.map { .double($0) }),
            "until": .string(end.rawValue), "taken": .list(turns.taken.map { .int($0) }),
            "ended": .list(ended.map { .bool($0) }), "over": .bool(isOver),
            "positions": .list(try readers.map { .dictionary(try $0.position()) }),
        ]
    }
}
