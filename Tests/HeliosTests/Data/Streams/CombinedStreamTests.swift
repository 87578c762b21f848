import Testing

@testable import Helios

/// Streams that are made of others: filtered, one after the other, and in turn.
@Suite struct CombinedStreamTests {
    typealias Counting = StreamTests.Counting

    private func pairs(_ stream: some StreamDataset<some Sendable, StreamTests.Pair>, workers: Int = 0) throws
        -> [StreamTests.Pair]
    {
        let batches = try DataLoader(stream, LoaderOptions(batchSize: 5, workers: workers, seed: 4)).batches(epoch: 1)
        var pairs: [StreamTests.Pair] = []
        while let batch = try batches.next() { pairs += batch }
        return pairs
    }

    private func numbers(_ stream: some StreamDataset<some Sendable, StreamTests.Pair>) throws -> [Int] {
        try pairs(stream).map(\.number)
    }

    /// The stream with samples whose numbers say which stream they are from.
    private func counting(_ count: Int, from start: Int = 0) -> MappedStream<Counting, StreamTests.Pair> {
        Counting(count: count).map { pair, _ in StreamTests.Pair(number: pair.number + start, random: pair.random) }
    }

    @Test("a filtered stream has full batches of the elements that stay, with the random numbers of their places")
    func filtered() throws {
        let stream = Counting(count: 40).filter { $0.number % 3 == 1 }
        let batches = try DataLoader(stream, LoaderOptions(batchSize: 5)).batches(epoch: 0)
        #expect(try batches.next()?.map(\.number) == [1, 4, 7, 10, 13])
        #expect(try pairs(stream).map(\.random) == pairs(Counting(count: 13)).map(\.random))
        #expect(try pairs(stream, workers: 3) == pairs(stream))
        let failing = Counting(count: 40).filter { element in
            if element.number == 7 { throw DataError("its name is damaged") }
            return true
        }
        let error = #expect(throws: DataError.self) { try numbers(failing) }
        #expect(error?.description == "its name is damaged")
    }

    @Test("concatenated streams come one after the other, and errors name their elements")
    func concatenated() throws {
        let stream = counting(7).concatenated(with: counting(0), counting(4, from: 100))
        #expect(try numbers(stream) == Array(0..<7) + Array(100..<104))
        #expect(try pairs(stream, workers: 3) == pairs(stream))
        let faulty = Counting(count: 3).concatenated(with: Counting(count: 3, faults: [2]))
        let error = #expect(throws: SampleError.self) { try numbers(faulty) }
        #expect(error?.number == 5 && error?.name == "element 2")
        #expect(throws: DataError.self) { try numbers(ConcatenatedStream<StreamTests.Element, StreamTests.Pair>([])) }
    }

    @Test(
        "interleaved streams come in the order of interleaved data sets", arguments: [[1.0, 1.0], [3, 1], [1, 4.5]])
    func interleaved(weights: [Double]) throws {
        struct Indexed: Dataset {
            let count: Int
            let start: Int
            func sample(at index: Int, random: inout SampleRandom) -> Int { start + index }
        }
        let data = try Indexed(count: 20, start: 0).interleaved(with: Indexed(count: 9, start: 100), weights: weights)
        var random = SampleRandom(seed: 0, epoch: 0, index: 0)
        let expected = try (0..<data.count).map { try data.sample(at: $0, random: &random) }
        let stream = try counting(20).interleaved(with: counting(9, from: 100), weights: weights)
        #expect(try numbers(stream) == expected)
        #expect(try pairs(stream, workers: 3) == pairs(stream))
    }

    @Test("interleaved streams that end begin again until the last one has ended")
    func untilLast() throws {
        let stream = try counting(2).interleaved(with: counting(5, from: 100), until: .last)
        #expect(try numbers(stream) == [0, 100, 1, 101, 0, 102, 1, 103, 0, 104, 1])
    }

    @Test("weights that are no proportions, and streams without samples, are errors")
    func badInterleaving() throws {
        for weights in [[1.0], [1, 0], [1, -1], [1, .nan], [1, .infinity]] {
            #expect(throws: DataError.self) { try counting(2).interleaved(with: counting(2), weights: weights) }
        }
        #expect(throws: DataError.self) { try InterleavedStream<StreamTests.Element, StreamTests.Pair>([]) }
        for end in [InterleavingEnd.first, .last] {
            let stream = try counting(2).interleaved(with: counting(0), until: end)
            let error = #expect(throws: DataError.self) { try numbers(stream) }
            #expect(error?.description.contains("stream 2 of those that are interleaved has no samples") == true)
        }
    }

    /// All combinations at once, each inside the others.
    private func everything() throws -> some StreamDataset<
        CombinedElement<CombinedElement<StreamTests.Element>>, StreamTests.Pair
    > {
        let first = counting(1400).filter { $0.number % 5 != 0 }
            .concatenated(with: counting(600, from: 5_000), counting(1000, from: 10_000))
        let second = counting(90, from: 20_000).concatenated(with: counting(80, from: 30_000))
        return try first.shuffled(buffer: 30).interleaved(with: second, weights: [5, 2], until: .last)
            .shuffled(buffer: 20).filter { $0.element.element.number % 7 != 3 }
    }

    @Test("from any position they go on in the same way, however far workers were ahead", arguments: [0, 3])
    func resume(workers: Int) throws {
        let loader = try DataLoader(everything(), LoaderOptions(batchSize: 9, workers: workers, seed: 5))
        var whole: [[StreamTests.Pair]] = []
        let all = try loader.batches(epoch: 2)
        while let batch = try all.next() { whole.append(batch) }
        let total = whole.joined().count
        #expect(total > 3000)
        let batches = try loader.batches(epoch: 2)
        for number in 0...whole.count {
            if number % 41 == 0 || number >= whole.count - 1 {
                let position = try #require(try batches.position(ofBatch: number))
                let rest = try loader.batches(epoch: 2, from: number, orderSeed: nil, position: position)
                for later in number..<min(number + 3, whole.count) { #expect(try rest.next() == whole[later]) }
                if number + 3 >= whole.count { #expect(try rest.next() == nil) }
            }
            #expect(try batches.next() == (number < whole.count ? whole[number] : nil))
        }
    }

    @Test("readers continue from each of their positions, the end too")
    func positions() throws {
        let interleaved = try counting(5).interleaved(with: counting(3, from: 100), weights: [1, 2], until: .last)
        let concatenated = counting(5).concatenated(with: counting(0), counting(3, from: 100))
        for stream: any StreamDataset<CombinedElement<StreamTests.Element>, StreamTests.Pair> in [
            interleaved, concatenated,
        ] {
            func rest(_ reader: any ElementReader<CombinedElement<StreamTests.Element>>) throws -> [[Int]] {
                var elements: [[Int]] = []
                while let next = try reader.next() { elements.append([next.stream, next.element.number]) }
                #expect(try reader.next() == nil)
                return elements
            }
            let whole = try rest(stream.elements(epoch: 0, seed: 1, from: nil))
            let reader = try stream.elements(epoch: 0, seed: 1, from: nil)
            for place in 0...whole.count + 1 {
                let resumed = try stream.elements(epoch: 0, seed: 1, from: reader.position())
                #expect(try rest(resumed) == Array(whole.dropFirst(place)))
                _ = try reader.next()
            }
        }
    }

    @Test("positions of other streams, and damaged ones, are errors")
    func badPositions() throws {
        let concatenated = counting(5).concatenated(with: counting(3))
        let interleaved = try counting(5).interleaved(with: counting(3), weights: [1, 2])
        let changes:
            [(any StreamDataset<CombinedElement<StreamTests.Element>, StreamTests.Pair>, String, StateValue?)] = [
                (concatenated, "count", .int(3)), (concatenated, "stream", .int(3)), (concatenated, "stream", .int(-1)),
                (concatenated, "position", nil), (concatenated, "position", .int(2)),
                (interleaved, "count", .int(3)), (interleaved, "shares", .list([.double(0.5), .double(0.5)])),
                (interleaved, "until", .string("last")), (interleaved, "taken", .list([.int(-1), .int(0)])),
                (interleaved, "taken", .list([.int(.max), .int(.max)])), (interleaved, "taken", .list([.int(0)])),
                (interleaved, "ended", .list([])), (interleaved, "positions", .list([])),
                (interleaved, "positions", .list([.int(1), .int(2)])), (interleaved, "over", nil),
            ]
        for (stream, key, value) in changes {
            var position = try stream.elements(epoch: 0, seed: 1, from: nil).position()
            position[.string(key)] = value
            #expect(throws: StateDictError.self, "\(key): \(String(describing: value))") {
                try stream.elements(epoch: 0, seed: 1, from: position)
            }
        }
        // An element that waited in a shuffle buffer, and is of a stream that is not there.
        let element = try CombinedElement<StreamTests.Element>(["stream": 2, "element": .dictionary(["number": 1])])
        var random = SampleRandom(seed: 0, epoch: 0, index: 0)
        #expect(throws: StateDictError.self) { try concatenated.sample(of: element, random: &random) }
        #expect(concatenated.name(of: element) == nil)
    }
}
