import Foundation
import Synchronization
import Testing

@testable import Helios

@Suite struct StreamTests {
    struct Element: StreamElement, Equatable {
        let number: Int

        init(_ number: Int) { self.number = number }
        init(_ state: StateDict) throws { number = try state.int("number") }
        func stateDict() -> StateDict { ["number": .int(number)] }
    }

    /// Numbers from 0 on, which a reader gives one by one; a sample is the number and a random one.
    struct Counting: StreamDataset {
        let count: Int
        var failsAt: Int?
        var faults: Set<Int> = []

        final class Reader: ElementReader {
            let stream: Counting
            private var place: Int

            init(_ stream: Counting, _ place: Int) { (self.stream, self.place) = (stream, place) }

            func next() throws -> Element? {
                if place == stream.failsAt { throw DataError("the shard is damaged") }
                guard place < stream.count else { return nil }
                defer { place += 1 }
                return Element(place)
            }

            func position() -> StateDict { ["next": .int(place)] }
        }

        func elements(epoch: Int, seed: UInt64, from position: StateDict?) throws -> any ElementReader<Element> {
            let next = try position?.int("next") ?? 0
            guard (0...count).contains(next) else { throw StateDictError("there is no place \(next)") }
            return Reader(self, next)
        }

        func sample(of element: Element, random: inout SampleRandom) throws -> Pair {
            if faults.contains(element.number) { throw DataError("it is broken") }
            return Pair(number: element.number, random: random.next())
        }

        func name(of element: Element) -> String? { "element \(element.number)" }
    }

    struct Pair: Equatable, Collatable {
        let number: Int
        let random: UInt64

        static func collate(_ samples: [Pair]) -> [Pair] { samples }
    }

    @Test("batches come in the order of the stream, whatever the workers", arguments: [0, 1, 4])
    func order(workers: Int) throws {
        let loader = try DataLoader(Counting(count: 10), LoaderOptions(batchSize: 4, workers: workers))
        #expect(loader.batchCount == nil && loader.sampleCount == nil)
        #expect(try numbers(loader.batches(epoch: 0)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]])
        let whole = try DataLoader(Counting(count: 10), LoaderOptions(batchSize: 4, dropLast: true, workers: workers))
        #expect(try numbers(whole.batches(epoch: 0)) == [[0, 1, 2, 3], [4, 5, 6, 7]])
        #expect(try numbers(loader.limited(to: 2).batches(epoch: 0)).count == 2)
        #expect(try numbers(loader.batches(epoch: 0, from: 2)) == [[8, 9]])
    }

    @Test("random numbers depend on seed, epoch and place alone")
    func random() throws {
        func draw(workers: Int, batchSize: Int, epoch: Int = 1) throws -> [Pair] {
            let options = LoaderOptions(batchSize: batchSize, workers: workers, seed: 3)
            return try all(DataLoader(Counting(count: 50), options).batches(epoch: epoch)).flatMap { $0 }
        }
        let expected = try draw(workers: 0, batchSize: 1)
        #expect(Set(expected.map(\.random)).count == 50)
        #expect(try draw(workers: 3, batchSize: 7) == expected)
        #expect(try draw(workers: 0, batchSize: 1, epoch: 2) != expected)
    }

    @Test("a shuffled stream has each element once, in an order of its epoch and seed")
    func shuffled() throws {
        func order(_ seed: UInt64, _ epoch: Int, buffer: Int = 20) throws -> [Int] {
            let stream = Counting(count: 300).shuffled(buffer: buffer)
            return try numbers(DataLoader(stream, LoaderOptions(batchSize: 7, seed: seed)).batches(epoch: epoch))
                .flatMap { $0 }
        }
        let first = try order(1, 0)
        #expect(first.sorted() == Array(0..<300) && first != Array(0..<300))
        #expect(try order(1, 0) == first)
        #expect(try order(1, 1) != first && order(2, 0) != first)
        // An element comes when the buffer is full at the earliest, and no later one is far ahead of it.
        for (place, number) in first.enumerated() { #expect(number < place + 20) }
        #expect(try order(1, 0, buffer: 1) == Array(0..<300))
        #expect(try order(1, 0, buffer: 1000).sorted() == Array(0..<300))
        #expect(throws: DataError.self) { try order(1, 0, buffer: 0) }
    }

    @Test("from any position it goes on in the same way, however far workers were ahead", arguments: [0, 3])
    func resume(workers: Int) throws {
        // So many elements that positions are noted several times.
        let stream = Counting(count: 9000).shuffled(buffer: 50)
        let loader = try DataLoader(stream, LoaderOptions(batchSize: 9, workers: workers, seed: 5))
        let whole = try all(loader.batches(epoch: 2))
        let batches = try loader.batches(epoch: 2)
        for number in 0..<whole.count {
            if number % 97 == 0 || number == whole.count - 1 {
                let position = try #require(try batches.position(ofBatch: number))
                let rest = try loader.batches(epoch: 2, from: number, orderSeed: nil, position: position)
                for later in number..<min(number + 4, whole.count) { #expect(try rest.next() == whole[later]) }
                let again = try #require(try rest.position(ofBatch: min(number + 4, whole.count)))
                let last = try loader.batches(epoch: 2, from: number + 4, orderSeed: nil, position: again)
                #expect(try last.next() == (number + 4 < whole.count ? whole[number + 4] : nil))
            }
            _ = try batches.next()
            // After an error in the middle of a batch, a run continues with this batch.
            if number % 211 == 0 {
                let position = try #require(try batches.position(ofBatch: number))
                let same = try loader.batches(epoch: 2, from: number, orderSeed: nil, position: position)
                #expect(try same.next() == whole[number])
            }
        }
        #expect(try batches.next() == nil)
    }

    @Test("the number of batches that are left is known as far as one looks", arguments: [0, 2])
    func remaining(workers: Int) throws {
        let loader = try DataLoader(Counting(count: 23), LoaderOptions(batchSize: 5, workers: workers))
        let batches = try loader.batches(epoch: 0)
        for taken in 0..<5 {
            for limit in [0, 1, 3, 100] { #expect(try batches.remaining(upTo: limit) == min(limit, 5 - taken)) }
            _ = try batches.next()
        }
        #expect(try batches.remaining(upTo: 1) == 0)
        let multiple = try loader.limited(toMultipleOf: 2).batches(epoch: 0)
        #expect(try multiple.remaining(upTo: 100) == 4)
        #expect(try numbers(multiple).count == 4)
        #expect(try multiple.remaining(upTo: 1) == 0)
    }

    @Test("parts of a batch together are the batch", arguments: [1, 2])
    func parts(ownCount: Int) throws {
        let loader = try DataLoader(Counting(count: 10), LoaderOptions(batchSize: 4, workers: 1))
        let ranks = try (0..<2).map { rank in
            try loader.distributed(BatchPart(first: rank * ownCount, ownCount: ownCount, count: 2 * ownCount))
                .batches(epoch: 0)
        }
        for expected in [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]] {
            var made: [Int] = []
            for (rank, batches) in ranks.enumerated() {
                for part in 0..<ownCount {
                    let batch = try #require(try batches.next())
                    let share = batches.share(ofPart: rank * ownCount + part)
                    #expect(share.whole == expected.count && max(share.own, 1) == batch.count)
                    if share.own > 0 { made += batch.map(\.number) }
                }
            }
            #expect(made == expected)
        }
        for batches in ranks { #expect(try batches.next() == nil) }
    }

    @Test("samples that fail are left out, or an error that names them")
    func failures() throws {
        let stream = Counting(count: 6, faults: [1, 4])
        let throwing = try DataLoader(stream, LoaderOptions(batchSize: 3)).batches(epoch: 0)
        let error = #expect(throws: SampleError.self) { try throwing.next() }
        #expect(error?.number == 1 && error?.name == "element 1")
        let skipping = try DataLoader(stream, LoaderOptions(batchSize: 3, onFailure: .skip(limit: 2))).batches(epoch: 0)
        skipping.warn = { _ in }
        #expect(try numbers(skipping) == [[0, 2], [3, 5]])
    }

    @Test("batches of a stream of which all samples fail are left out, from every position too", arguments: [0, 2])
    func emptyBatches(workers: Int) throws {
        let stream = Counting(count: 13, faults: [0, 1, 2, 4, 6, 7, 8, 9, 10, 11, 12])
        let loader = try DataLoader(
            stream, LoaderOptions(batchSize: 3, workers: workers, onFailure: .skip(limit: 11)))
        let whole = try loader.batches(epoch: 0)
        whole.warn = { _ in }
        #expect(try whole.next()?.map(\.number) == [3, 5] && whole.skippedCount == 4)
        for (next, left) in [(0, [[3, 5]]), (1, [])] {
            let rest = try loader.batches(
                epoch: 0, from: next, orderSeed: nil, position: whole.position(ofBatch: next))
            rest.warn = { _ in }
            #expect(try numbers(rest) == left && rest.skippedCount == 11)
        }
        #expect(try whole.next() == nil && whole.skippedCount == 11)
    }

    @Test("an error of the reader comes after the batches before it, and stays", arguments: [0, 2])
    func readerError(workers: Int) throws {
        let loader = try DataLoader(Counting(count: 20, failsAt: 9), LoaderOptions(batchSize: 3, workers: workers))
        let batches = try loader.batches(epoch: 0)
        for number in 0..<3 {
            #expect(try batches.next()?.map(\.number) == [3 * number, 3 * number + 1, 3 * number + 2])
        }
        for _ in 0..<2 {
            let error = #expect(throws: DataError.self) { try batches.next() }
            #expect(error?.description == "the shard is damaged")
        }
        // A run that saves its state then continues with the batch that failed.
        #expect(try batches.position(ofBatch: 3) != nil)
    }

    @Test("an empty epoch, and positions that are none, are errors")
    func badPositions() throws {
        let empty = try DataLoader(Counting(count: 0), LoaderOptions(batchSize: 3)).batches(epoch: 4)
        let error = #expect(throws: DataError.self) { try empty.next() }
        #expect(error?.description == "epoch 5 of the stream has no sample")
        let few = try DataLoader(Counting(count: 2), LoaderOptions(batchSize: 3, dropLast: true)).batches(epoch: 0)
        #expect(throws: DataError.self) { try few.next() }
        let loader = try DataLoader(Counting(count: 20).shuffled(buffer: 4), LoaderOptions(batchSize: 3))
        #expect(throws: DataError.self) { try loader.batches(epoch: 0, from: 8) }
        let position = try #require(try loader.batches(epoch: 0, from: 2).position(ofBatch: 2))
        for change: (inout StateDict) -> Void in [
            { $0["skip"] = .int(7) }, { $0["skip"] = .int(-1) }, { $0["skip"] = nil }, { $0["position"] = nil },
            { $0["position"] = .dictionary(["capacity": .int(4)]) },
        ] {
            var stream = try position.dictionary("stream")
            change(&stream)
            #expect(throws: (any Error).self) {
                try loader.batches(epoch: 0, from: 2, orderSeed: nil, position: ["stream": .dictionary(stream)])
            }
        }
        let other = try DataLoader(Counting(count: 20).shuffled(buffer: 5), LoaderOptions(batchSize: 3))
        let capacity = #expect(throws: StateDictError.self) {
            try other.batches(epoch: 0, from: 2, orderSeed: nil, position: position)
        }
        #expect(capacity?.description.contains("held 4 elements, and holds 5 now") == true)
    }

    @Test(
        "options that a stream cannot have are errors",
        arguments: [
            (LoaderOptions(shuffle: true), "shuffled(buffer:)"),
            (LoaderOptions(sampler: SequentialSampler(count: 3)), "whose samples have no numbers"),
            (LoaderOptions(batchSize: 0), "batch size must be positive"),
        ])
    func badOptions(_ options: LoaderOptions, message: String) {
        let error = #expect(throws: DataError.self) { try DataLoader(Counting(count: 3), options) }
        #expect(error?.description.contains(message) == true)
    }

    @Test("a mapped stream applies a function to each sample")
    func mapped() throws {
        let stream = Counting(count: 4).map { pair, _ in pair.number * 2 }.collated { $0 }
        #expect(try all(DataLoader(stream, LoaderOptions(batchSize: 4)).batches(epoch: 0)) == [[0, 2, 4, 6]])
    }

    private func numbers(_ batches: Batches<[Pair]>) throws -> [[Int]] { try all(batches).map { $0.map(\.number) } }

    private func all<Batch>(_ batches: Batches<Batch>) throws -> [Batch] {
        var result: [Batch] = []
        while let batch = try batches.next() { result.append(batch) }
        return result
    }
}
