import Foundation
import Helios
import Synchronization
import Testing

@testable import TrainingProgram

@Suite struct DataLoaderTests {
    @Test("an epoch has every sample once, in batches of the size that was asked for", arguments: [0, 1, 3])
    func wholeEpoch(workers: Int) throws {
        let loader = try DataLoader(
            numbers(10), LoaderOptions(batchSize: 4, shuffle: true, workers: workers))
        let batches = try all(loader.batches(epoch: 0))
        #expect(loader.batchCount == 3)
        #expect(batches.map(\.count) == [4, 4, 2])
        #expect(batches.flatMap { $0 }.sorted() == Array(0..<10))
    }

    @Test("a smaller last batch is left out on request")
    func dropLast() throws {
        let loader = try DataLoader(numbers(10), LoaderOptions(batchSize: 4, dropLast: true))
        #expect(loader.batchCount == 2)
        #expect(try all(loader.batches(epoch: 0)) == [[0, 1, 2, 3], [4, 5, 6, 7]])
    }

    @Test("the order equals randperm's with a generator seeded with seed + epoch", arguments: [0, 5])
    func shuffledOrder(epoch: Int) throws {
        let loader = try DataLoader(numbers(30), LoaderOptions(batchSize: 30, shuffle: true, seed: 11))
        let generator = try Generator(seed: 11 + UInt64(epoch))
        let expected = try Tensor.randperm(30, generator: generator).array(Int.self)
        #expect(try all(loader.batches(epoch: epoch)) == [expected])
    }

    @Test("an epoch that is gone on with has the rest of its batches", arguments: [0, 2])
    func start(workers: Int) throws {
        let loader = try DataLoader(numbers(21), LoaderOptions(batchSize: 2, shuffle: true, workers: workers))
        let whole = try all(loader.batches(epoch: 3))
        for start in 0...whole.count {
            #expect(try all(loader.batches(epoch: 3, from: start)) == Array(whole[start...]))
        }
        #expect(try all(loader.batches(epoch: 3, from: 100)).isEmpty)
    }

    @Test("random numbers of a sample do not depend on workers, batches or the way to it")
    func sampleRandom() throws {
        struct Noise: Dataset {
            let count = 12
            func sample(at index: Int, random: inout SampleRandom) -> UInt64 { random.next() }
        }
        func draw(workers: Int, batchSize: Int, from start: Int = 0, epoch: Int = 1) throws -> [UInt64] {
            let options = LoaderOptions(batchSize: batchSize, workers: workers, seed: 3)
            let loader = try DataLoader(Noise().collated { $0 }, options)
            return try all(loader.batches(epoch: epoch, from: start)).flatMap { $0 }
        }
        let expected = try draw(workers: 0, batchSize: 1)
        #expect(Set(expected).count == 12)
        #expect(try draw(workers: 4, batchSize: 3) == expected)
        #expect(try draw(workers: 2, batchSize: 1, from: 5) == Array(expected[5...]))
        #expect(try Set(draw(workers: 0, batchSize: 1, epoch: 2)).isDisjoint(with: expected))
    }

    @Test(
        "an error of a sample comes to who asks for its batch, and the batches before it are whole", arguments: [0, 3])
    func sampleError(workers: Int) throws {
        struct Broken: Dataset {
            let count = 9
            func sample(at index: Int, random: inout SampleRandom) throws -> Int {
                guard index != 4 else { throw DataError("it is broken") }
                return index
            }
            func name(ofSample index: Int) -> String? { "picture-\(index).png" }
        }
        let loader = try DataLoader(Broken().collated { $0 }, LoaderOptions(batchSize: 2, workers: workers))
        let batches = try loader.batches(epoch: 0)
        #expect(try batches.next() == [0, 1])
        #expect(try batches.next() == [2, 3])
        let error = #expect(throws: SampleError.self) { try batches.next() }
        #expect(error?.number == 4 && error?.underlying as? DataError == DataError("it is broken"))
        #expect(error?.description == "sample 4 (picture-4.png): it is broken")
    }

    @Test("workers are no further ahead than they may be, and end when no one wants more")
    func prefetchBound() throws {
        final class Counter: Sendable {
            let made = Mutex(0)
        }
        struct Counted: Dataset {
            let counter: Counter
            let count = 100
            func sample(at index: Int, random: inout SampleRandom) -> Int {
                counter.made.withLock { $0 += 1 }
                return index
            }
        }
        let counter = Counter()
        let options = LoaderOptions(batchSize: 1, workers: 2, prefetch: 3)
        let loader = try DataLoader(Counted(counter: counter).collated { $0 }, options)
        do {
            let batches = try loader.batches(epoch: 0)
            for taken in 1...10 {
                _ = try batches.next()
                #expect(counter.made.withLock { $0 } <= taken + 2 * 3)
            }
        }
        let atEnd = counter.made.withLock { $0 }
        #expect(atEnd <= 16)
        Thread.sleep(forTimeInterval: 0.02)
        #expect(counter.made.withLock { $0 } == atEnd)
    }

    @Test("samples that know how to become a batch need no function for it")
    func collatable() throws {
        let loader = try DataLoader(Words(), LoaderOptions(batchSize: 2))
        #expect(try all(loader.batches(epoch: 0)) == ["a b", "c"])
    }

    @Test("a sampler of one's own says the order, and how many samples there are")
    func ownSampler() throws {
        struct Backwards: Sampler {
            let count = 3
            func order(epoch: Int) -> SampleOrder { SampleOrder([9, 5, 1]) }
        }
        let loader = try DataLoader(numbers(10), LoaderOptions(batchSize: 2, sampler: Backwards()))
        #expect(loader.sampleCount == 3)
        #expect(try all(loader.batches(epoch: 0)) == [[9, 5], [1]])
    }

    @Test("a sampler that asks for samples that are not there is an error", arguments: [[0, 10], [-1, 0], [3]])
    func strayingSampler(numbers order: [Int]) throws {
        struct Straying: Sampler {
            let count = 2
            let numbers: [Int]
            func order(epoch: Int) -> SampleOrder { SampleOrder(numbers) }
        }
        let loader = try DataLoader(numbers(10), LoaderOptions(batchSize: 1, sampler: Straying(numbers: order)))
        let error = #expect(throws: DataError.self) { _ = try all(loader.batches(epoch: 0)) }
        let message = order.count == 2 ? "the data set has 10" : "has 1 samples, and its count is 2"
        #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
    }

    @Test("batches carry no history of how they were made, whoever makes them", arguments: [0, 1])
    func noHistory(workers: Int) throws {
        let inputs = try Tensor.ones([4, 2]).requiresGrad_()
        let dataset = try TensorDataset(inputs: inputs * 2, targets: Tensor.zeros([4]))
        let loader = try DataLoader(dataset, LoaderOptions(batchSize: 2, workers: workers))
        let batch = try loader.batches(epoch: 0).next()
        #expect(batch?.inputs.requiresGrad == false)
    }

    private func numbers(_ count: Int) -> CollatedDataset<Numbers, [Int]> {
        Numbers(count: count, offset: 0).collated { $0 }
    }

    private func all<Batch>(_ batches: Batches<Batch>) throws -> [Batch] {
        var result: [Batch] = []
        while let batch = try batches.next() { result.append(batch) }
        return result
    }
}

private struct Word: Collatable {
    let text: String

    static func collate(_ samples: [Word]) -> String {
        samples.map(\.text).joined(separator: " ")
    }
}

private struct Words: Dataset {
    let count = 3

    func sample(at index: Int, random: inout SampleRandom) -> Word {
        Word(text: ["a", "b", "c"][index])
    }
}
