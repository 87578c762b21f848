import Torch

extension StreamDataset {
    /// Returns the elements of the stream for which a function returns true. Batches are full, and samples that are
    /// filtered out are never created.
    ///
    /// The function runs on one thread while the stream is read, so it should use only information in the element, such
    /// as its name. A resume calls it again for elements that were read before, so it must always return the same
    /// result.
    ///
    /// - Parameter isIncluded: returns whether to keep an element. An error that it throws ends the epoch.
    public func filter(
        _ isIncluded: @escaping @Sendable (_ element: Element) throws -> Bool
    ) -> FilteredStream<Self> {
        FilteredStream(source: self, isIncluded: isIncluded)
    }
}

/// Some elements of a stream: `StreamDataset.filter`.
public struct FilteredStream<Source: StreamDataset>: StreamDataset {
    let source: Source
    let isIncluded: @Sendable (Source.Element) throws -> Bool

    public func elements(
        epoch: Int, seed: UInt64, from position: StateDict?
    ) throws -> any ElementReader<Source.Element> {
        FilteredReader(try source.elements(epoch: epoch, seed: seed, from: position), isIncluded)
    }

    public func sample(of element: Source.Element, random: inout SampleRandom) throws -> Source.Sample {
        try source.sample(of: element, random: &random)
    }

    public func name(of element: Source.Element) -> String? { source.name(of: element) }
}

private final class FilteredReader<Element: Sendable>: ElementReader {
    private let upstream: any ElementReader<Element>
    private let isIncluded: @Sendable (Element) throws -> Bool

    init(_ upstream: any ElementReader<Element>, _ isIncluded: @escaping @Sendable (Element) throws -> Bool) {
        self.upstream = upstream
        self.isIncluded = isIncluded
    }

    func next() throws -> Element? {
        while let element = try upstream.next() { if try isIncluded(element) { return element } }
        return nil
    }

    func position() throws -> StateDict { try upstream.position() }
}
