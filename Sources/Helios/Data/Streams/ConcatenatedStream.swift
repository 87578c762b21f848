import Torch

extension StreamDataset {
    /// Returns the samples of this stream, followed by those of the others.
    public func concatenated(
        with others: any StreamDataset<Element, Sample>...
    ) -> ConcatenatedStream<Element, Sample> {
        ConcatenatedStream([self] + others)
    }
}

/// The samples of several streams, one after the other: `StreamDataset.concatenated`.
public struct ConcatenatedStream<SourceElement: Sendable, Sample: Sendable>: StreamDataset {
    private let combined: CombinedStreams<SourceElement, Sample>

    /// Creates a stream from the samples of streams, in this order.
    public init(_ streams: [any StreamDataset<SourceElement, Sample>]) {
        combined = CombinedStreams(streams: streams)
    }

    public func elements(
        epoch: Int, seed: UInt64, from position: StateDict?
    ) throws -> any ElementReader<CombinedElement<SourceElement>> {
        let streams = combined.streams
        var current = 0
        if let position {
            try combined.checkCount(in: position)
            current = try position.int("stream")
            guard (0...streams.count).contains(current) else {
                throw StateDictError(
                    "the position is in stream \(current), counted from 0, and there are \(streams.count) streams")
            }
        }
        let saved = current < streams.count ? try position?.dictionary("position") : nil
        return try ConcatenatedReader(count: streams.count, current, saved) { stream, position in
            try streams[stream].elements(epoch: epoch, seed: seed, from: position)
        }
    }

    public func sample(
        of element: CombinedElement<SourceElement>, random: inout SampleRandom
    ) throws -> Sample {
        try combined.sample(of: element, random: &random)
    }

    public func name(of element: CombinedElement<SourceElement>) -> String? { combined.name(of: element) }
}

private final class ConcatenatedReader<Element: Sendable>: ElementReader {
    private let count: Int
    private let open: (_ stream: Int, _ position: StateDict?) throws -> any ElementReader<Element>
    /// The number of the stream that is read; `count` after the last.
    private var current: Int
    /// Its reader; `nil` until its first element is asked for, and after the last stream.
    private var reader: (any ElementReader<Element>)?

    /// - Parameter position: where to continue in the current stream; `nil` to start it.
    init(
        count: Int, _ current: Int, _ position: StateDict?,
        open: @escaping (_ stream: Int, _ position: StateDict?) throws -> any ElementReader<Element>
    ) throws {
        self.count = count
        self.current = current
        self.open = open
        if current < count { reader = try open(current, position) }
    }

    func next() throws -> CombinedElement<Element>? {
        while current < count {
            if let element = try currentReader().next() { return CombinedElement(stream: current, element: element) }
            reader = nil
            current += 1
        }
        return nil
    }

    func position() throws -> StateDict {
        var state: StateDict = ["count": .int(count), "stream": .int(current)]
        if current < count { state["position"] = .dictionary(try currentReader().position()) }
        return state
    }

    private func currentReader() throws -> any ElementReader<Element> {
        let opened = try reader ?? open(current, nil)
        reader = opened
        return opened
    }
}
