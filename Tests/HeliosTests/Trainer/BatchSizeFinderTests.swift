import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct BatchSizeFinderTests {
    /// Has memory for batches up to a size.
    private class Limited: SmallModel {
        let limit: Int
        var sizes: [Int] = []

        init(_ limit: Int) {
            self.limit = limit
            super.init()
        }

        func require(_ count: Int) throws {
            guard count > limit else { return }
            throw TorchError(kind: .outOfMemory, message: "no room for \(count) samples")
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            sizes.append(batch.count)
            try require(batch.count)
            try super.trainStep(batch, state: state)
        }
    }

    private func tried(_ search: BatchSizeSearch) -> [String] {
        search.attempts.map { "\($0.batchSize) \($0.works)" }
    }

    @Test("doubling tries twice as much until the memory does not suffice")
    func doubling() throws {
        let model = Limited(9)
        let search = try Trainer.quiet().findBatchSize(model, SmallData())
        #expect(tried(search) == ["2 true", "4 true", "8 true", "16 false"])
        #expect(search.batchSize == 8 && search.end == .outOfMemory)
        #expect(model.sizes == [2, 2, 2, 4, 4, 4, 8, 8, 6, 16])
        #expect(search.attempts.allSatisfy { $0.works == (($0.secondsPerStep ?? -1) >= 0) })
    }

    @Test("a binary search finds the largest that works", arguments: 2...22)
    func binarySearch(limit: Int) throws {
        let search = try Trainer.quiet().findBatchSize(
            Limited(limit), SmallData(), from: 2, steps: 1, mode: .binarySearch)
        #expect(search.batchSize == limit)
        #expect(search.end == (limit == 22 ? .allSamples : .outOfMemory))
    }

    @Test("it never tries more than there are samples, or than it may")
    func limits() throws {
        let trainer = try Trainer.quiet()
        let all = try trainer.findBatchSize(Limited(.max), SmallData(), steps: 1)
        #expect(tried(all) == ["2 true", "4 true", "8 true", "16 true", "22 true"] && all.end == .allSamples)
        let some = try trainer.findBatchSize(Limited(.max), SmallData(), from: 3, upTo: 7, steps: 1)
        #expect(tried(some) == ["3 true", "6 true", "7 true"] && some.end == .limit)
        let one = try trainer.findBatchSize(Limited(.max), SmallData(), from: 5, upTo: 5, steps: 1)
        #expect(tried(one) == ["5 true"] && one.end == .limit)
        let large = try trainer.findBatchSize(Limited(.max), SmallData(), from: 1000, upTo: .max, steps: 1)
        #expect(tried(large) == ["22 true"] && large.batchSize == 22 && large.end == .allSamples)
    }

    @Test("data that leave out the last batch, and a sampler of fewer samples, are no trouble")
    func dataOptions() throws {
        let data = SmallData()
        data.options.dropLast = true
        #expect(try Trainer.quiet().findBatchSize(Limited(.max), data, steps: 1).batchSize == 22)
        data.options = LoaderOptions(dropLast: true, sampler: SequentialSampler(count: 10))
        #expect(try Trainer.quiet().findBatchSize(Limited(.max), data, steps: 1).batchSize == 10)
        data.options = LoaderOptions(shuffle: true, workers: 2)
        #expect(try Trainer.quiet().findBatchSize(Limited(9), data, steps: 2).batchSize == 8)
    }

    @Test("an allocation that cannot be had is survived")
    func realAllocation() throws {
        final class Greedy: Limited {
            override func require(_ count: Int) throws {
                if count > limit { _ = try Tensor.empty([1 << 60], dtype: .uint8) }
            }
        }
        let search = try Trainer.quiet().findBatchSize(Greedy(5), SmallData(), mode: .binarySearch)
        #expect(search.batchSize == 5 && search.end == .outOfMemory)
        #expect(tried(search) == ["2 true", "4 true", "8 false", "6 false", "5 true"])
    }

    @Test("if not even the first size works, its error is thrown, and another error always is")
    func errors() throws {
        let data = SmallData()
        let error = #expect(throws: TorchError.self) { try Trainer.quiet().findBatchSize(Limited(1), data) }
        #expect(error?.kind == .outOfMemory && data.teardownCount == 1)
        final class Wrong: Limited {
            override func require(_ count: Int) throws {
                if count > limit { throw TorchError(kind: .shape, message: "wrong") }
            }
        }
        let other = #expect(throws: TorchError.self) { try Trainer.quiet().findBatchSize(Wrong(5), data) }
        #expect(other?.kind == .shape && data.teardownCount == 4)
    }

    @Test("memory may run out in a worker too")
    func workers() throws {
        struct Samples: BatchDataset {
            let count = 30
            func batch(at indices: [Int], random: BatchRandom) throws -> LabeledBatch {
                guard indices.count <= 10 else { throw TorchError(kind: .outOfMemory, message: "no room") }
                return LabeledBatch(
                    inputs: try Tensor.zeros([indices.count, 1, 3, 3]),
                    targets: try Tensor.zeros([indices.count], dtype: .int64))
            }
        }
        final class Large: DataModule<LabeledBatch> {
            override func setup() throws { try addTrainPhase(Samples(), LoaderOptions(workers: 2)) }
        }
        #expect(try Trainer.quiet().findBatchSize(SmallModel(), Large()).batchSize == 8)
    }

    /// Counts the batches that are in memory.
    private final class Tracked: Sendable {
        static let count = Atomic(0)
        let size: Int
        init(size: Int) {
            self.size = size
            Tracked.count.add(1, ordering: .sequentiallyConsistent)
        }
        deinit { Tracked.count.subtract(1, ordering: .sequentiallyConsistent) }
    }

    @Test("the memory of a try is free before the next is set up", arguments: [0, 2])
    func released(workers: Int) throws {
        struct Samples: BatchDataset {
            let count = 100
            func batch(at indices: [Int], random: BatchRandom) -> Tracked { Tracked(size: indices.count) }
        }
        final class Data: DataModule<Tracked> {
            var workers = 0
            override func setup() throws { try addTrainPhase(Samples(), LoaderOptions(workers: workers)) }
        }
        final class Holding: Model<Tracked> {
            var network: Linear!
            var optimizer: SGD!
            var held: [Int] = []

            override func setup(fastInit: Bool) throws {
                held.append(Tracked.count.load(ordering: .sequentiallyConsistent))
                held.append(lossItems.count)
                held.append(try network?.parameters().compactMap(\.grad).count ?? 0)
                network = Linear(2, 1)
                optimizer = try SGD(network.parameters())
            }
            override func trainStep(_ batch: Tracked, state: TrainingState) throws {
                let loss = try network(Tensor.ones([batch.size, 2])).sum()
                try loss.backward()
                lossItems["loss"] = loss
                if batch.size > 20 { throw TorchError(kind: .outOfMemory, message: "no room") }
            }
        }
        let (model, data) = (Holding(saveName: "holding"), Data())
        data.workers = workers
        let search = try Trainer.quiet().findBatchSize(model, data, mode: .binarySearch)
        #expect(search.batchSize == 20)
        #expect(model.held.count == 3 * search.attempts.count && model.held.allSatisfy { $0 == 0 }, "\(model.held)")
        #expect(model.lossItems.isEmpty)
    }

    @Test("fit afterwards is as if it had not run, with the batch size of the data module, and no file is there")
    func leavesNothing() throws {
        try withTemporaryFolder { folder in
            func trainer(_ name: String) throws -> Trainer {
                try Trainer.quiet(.epochs(2), checkpoints: .in(folder.appending(path: name), every: 1))
            }
            let (plain, model, data) = (SmallModel(), Limited(9), SmallData())
            try trainer("plain").fit(plain, SmallData())
            let searching = try trainer("searched")
            try manualSeed(5)
            let state = try Generator.standard().state()
            try searching.findBatchSize(model, data)
            try expectSameBits(Generator.standard().state(), state)
            #expect(!FileManager.default.fileExists(atPath: folder.appending(path: "searched").path))
            let count = model.losses.count
            try searching.fit(model, data)
            #expect(Array(model.losses.dropFirst(count)) == plain.losses)
            try expectSameState(model.network, plain.network)
        }
    }

    @Test("the steps per epoch that the model sees are those of the size that is tried")
    func stepsPerEpoch() throws {
        final class Asking: Limited {
            var steps: [Int] = []
            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                steps.append(try trainStepsPerEpoch())
            }
        }
        let model = Asking(.max)
        try Trainer.quiet().findBatchSize(model, SmallData(), steps: 1)
        #expect(model.steps == [11, 6, 3, 2, 1])
    }

    @Test("numbers that make no sense are errors before anything is set up")
    func options() throws {
        let (trainer, data) = (try Trainer.quiet(), SmallData())
        for (first, limit, steps) in [(0, nil, 1), (-3, nil, 1), (4, 3, 1), (2, 8, 0), (2, 8, -1)] as [(Int, Int?, Int)]
        {
            #expect(throws: ConfigurationError.self) {
                try trainer.findBatchSize(Limited(9), data, from: first, upTo: limit, steps: steps)
            }
        }
        #expect(data.teardownCount == 0)
    }

    @Test("what was tried is printed as a table if progress is shown")
    func printed() throws {
        let trainer = try Trainer(device: .cpu, display: .progress)
        let text = try trainer.printedText {
            _ = try trainer.findBatchSize(Limited(9), SmallData())
        }
        let lines = text.split(separator: "\n")
        #expect(lines.first == "batch size   a step takes  samples/s")
        #expect(lines.dropFirst(4).first == "16          out of memory")
        #expect(lines.last == "largest batch size that works: 8 (the memory does not suffice for more)")
    }
}
