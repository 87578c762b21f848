import Torch

/// An element from one of several streams that are read as one.
public struct CombinedElement<Element: Sendable>: Sendable {
    /// The index of the stream in the list of all streams. The first stream is 0.
    public let stream: Int
    /// The element of the stream.
    public let element: Element
}

extension CombinedElement: StreamElement where Element: StreamElement {
    public init(_ state: StateDict) throws {
        self.init(stream: try state.int("stream"), element: try Element(state.dictionary("element")))
    }

    public func stateDict() throws -> StateDict {
        ["stream": .int(stream), "element": .dictionary(try element.stateDict())]
    }
}

/// Several streams with samples of the same kind: what concatenation and interleaving have in common.
struct CombinedStreams<Element: Sendable, Sample: Sendable>: Sendable {
    let streams: [any StreamDataset<Element, Sample>]

    func sample(of element: CombinedElement<Element>, random: inout SampleRandom) throws -> Sample {
        // An element of a shuffle buffer comes from a checkpoint.
        guard streams.indices.contains(element.stream) else {
            throw StateDictError(
                "a sample is from stream \(element.stream + 1), and there are \(streams.count) streams")
        }
        return try streams[element.stream].sample(of: element.element, random: &random)
    }

    func name(of element: CombinedElement<Element>) -> String? {
        streams.indices.contains(element.stream) ? streams[element.stream].name(of: element.element) : nil
    }

    /// Throws unless a position is one in as many streams.
    func checkCount(in position: StateDict) throws {
        let saved = try position.int("count")
        guard saved == streams.count else {
            throw StateDictError(
                "\(saved) streams were combined, and there are \(streams.count) now: finish the epoch with the old ones"
            )
        }
    }
}
