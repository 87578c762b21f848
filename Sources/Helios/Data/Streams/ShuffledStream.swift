import Torch

extension StreamDataset where Element: StreamElement {
    /// Returns the stream in a random order, using a buffer. The next sample is drawn from the buffer, and the next
    /// element of the stream takes its place.
    ///
    /// The order depends on the seed and the epoch. A checkpoint contains the elements in the buffer, so resuming is
    /// exact.
    ///
    /// - Parameter count: the number of elements in the buffer. A larger buffer shuffles better, but it takes longer to
    ///   fill before the first sample.
    public func shuffled(buffer count: Int) -> ShuffledStream<Self> {
        ShuffledStream(source: self, bufferCount: count)
    }
}

/// A stream in a random order, using a buffer: `StreamDataset.shuffled(buffer:)`.
public struct ShuffledStream<Source: StreamDataset>: StreamDataset where Source.Element: StreamElement {
    let source: Source
    let bufferCount: Int

    public func elements(
        epoch: Int, seed: UInt64, from position: StateDict?
    ) throws -> any ElementReader<Source.Element> {
        guard bufferCount > 0 else {
            throw DataError("a shuffle buffer has at least one element, not \(bufferCount)")
        }
        guard let position else {
            let upstream = try source.elements(epoch: epoch, seed: seed, from: nil)
            return ShuffledReader(upstream, bufferCount, Self.random(seed: seed, epoch: epoch))
        }
        let saved = try position.int("capacity")
        guard saved == bufferCount else {
            throw StateDictError(
                "the shuffle buffer held \(saved) elements, and holds \(bufferCount) now: finish the epoch with the old number"
            )
        }
        let buffer = try position.list("buffer").map { value in
            guard let state = value.dictionary else {
                throw StateDictError(
                    "an element of the shuffle buffer is a \(value.typeName), and must be a dictionary")
            }
            return try Source.Element(state)
        }
        guard buffer.count <= bufferCount else {
            throw StateDictError("the shuffle buffer of \(bufferCount) elements holds \(buffer.count)")
        }
        return ShuffledReader(
            try source.elements(epoch: epoch, seed: seed, from: position.dictionary("source")), bufferCount,
            try SampleRandom(position.dictionary("random")), buffer, isFilled: try position.bool("filled"))
    }

    /// Numbers that no sample of the epoch draws, since samples have no negative numbers.
    private static func random(seed: UInt64, epoch: Int) -> SampleRandom {
        SampleRandom(seed: seed, epoch: epoch, index: -1)
    }

    public func sample(of element: Source.Element, random: inout SampleRandom) throws -> Source.Sample {
        try source.sample(of: element, random: &random)
    }

    public func name(of element: Source.Element) -> String? { source.name(of: element) }
}

private final class ShuffledReader<Element: StreamElement>: ElementReader {
    private let upstream: any ElementReader<Element>
    private let capacity: Int
    private var random: SampleRandom
    private var buffer: [Element]
    /// Whether the buffer has been filled for the first time: from then on each element that goes is replaced.
    private var isFilled: Bool

    init(
        _ upstream: any ElementReader<Element>, _ capacity: Int, _ random: SampleRandom, _ buffer: [Element] = [],
        isFilled: Bool = false
    ) {
        self.upstream = upstream
        self.capacity = capacity
        self.random = random
        self.buffer = buffer
        self.isFilled = isFilled
    }

    func next() throws -> Element? {
        if !isFilled {
            while buffer.count < capacity, let element = try upstream.next() { buffer.append(element) }
            isFilled = true
        }
        guard !buffer.isEmpty else { return nil }
        // Read first, so that an error leaves the buffer as it was.
        let replacement = try upstream.next()
        let place = Int.random(in: 0..<buffer.count, using: &random)
        let element = buffer[place]
        if let replacement {
            buffer[place] = replacement
        } else {
            buffer.swapAt(place, buffer.count - 1)
            buffer.removeLast()
        }
        return element
    }

    func position() throws -> StateDict {
        [
            "source": .dictionary(try upstream.position()), "random": .dictionary(random.stateDict()),
            "buffer": .list(try buffer.map { .dictionary(try $0.stateDict()) }), "filled": .bool(isFilled),
            "capacity": .int(capacity),
        ]
    }
}
