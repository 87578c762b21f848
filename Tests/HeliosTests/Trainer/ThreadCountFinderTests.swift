import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct ThreadCountFinderTests {
    private final class Watching: ThreadWatcher {
        var ends = 0
        var fails = false

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            if fails { throw DataError("none") }
            try super.trainStep(batch, state: state)
        }

        override func onTrainingEnd() { ends += 1 }
    }

    @Test("each number of threads has its turn, and the suggestion is the fastest")
    func turns() throws {
        let model = Watching()
        let search = try Trainer.quiet(nil).findThreadCount(model, SmallData(), upTo: 6, rounds: 3)
        #expect(model.counts == (0..<20).map { [1, 2, 4, 6][$0 % 4] })
        #expect(search.attempts.map(\.threadCount) == [1, 2, 4, 6])
        #expect(search.attempts.allSatisfy { $0.secondsPerStep > 0 })
        let fastest = search.attempts.map(\.secondsPerStep).min()
        #expect(search.attempts.first { $0.threadCount == search.suggestion }?.secondsPerStep == fastest)
        #expect(model.ends == 0)
    }

    @Test("as many threads as the process has set are the most, and they come back, also after an error")
    func process() throws {
        let previous = LibTorch.threadCount
        defer { try? LibTorch.setThreadCount(previous) }
        try LibTorch.setThreadCount(2)
        let model = Watching()
        // What the trainer sets is for its own runs.
        let trainer = try Trainer(.epochs(1), device: .cpu, threads: 3, display: .nothing)
        #expect(try trainer.findThreadCount(model, SmallData()).attempts.map(\.threadCount) == [1, 2])
        #expect(LibTorch.threadCount == 2)
        model.fails = true
        #expect(throws: DataError.self) { try trainer.findThreadCount(model, SmallData()) }
        #expect(LibTorch.threadCount == 2)
    }

    @Test("a step of several batches has one number of threads")
    func accumulation() throws {
        let model = Watching()
        let trainer = try Trainer.quiet(nil, accumulation: .batches(2))
        try trainer.findThreadCount(model, SmallData(), upTo: 2, rounds: 1)
        #expect(model.counts == (0..<12).map { $0 / 2 % 2 + 1 })
    }

    @Test("a training afterwards is what it would have been without")
    func leavesNothing() throws {
        let (searched, plain) = (SmallModel(), SmallModel())
        let trainer = try Trainer.quiet(.epochs(1))
        try trainer.findThreadCount(searched, SmallData(), upTo: 2)
        let before = searched.losses.count
        try trainer.fit(searched, SmallData())
        try Trainer.quiet(.epochs(1)).fit(plain, SmallData())
        #expect(Array(searched.losses.dropFirst(before)) == plain.losses)
        try expectSameState(searched.network, plain.network)
    }

    @Test("numbers that make no sense are errors", arguments: [(0, 7), (1025, 7), (2, 0), (2, -1)])
    func errors(limit: Int, rounds: Int) throws {
        #expect(throws: ConfigurationError.self) {
            try Trainer.quiet(nil).findThreadCount(Watching(), SmallData(), upTo: limit, rounds: rounds)
        }
    }

    @Test("what was tried is printed as a table if progress is shown")
    func printed() throws {
        let trainer = try Trainer(device: .cpu, display: .progress)
        let text = try trainer.printedText { try trainer.findThreadCount(Watching(), SmallData(), upTo: 2) }
        #expect(text.hasPrefix("threads  a step takes\n1 ") && text.contains("\nsuggested number of threads: "))
    }
}
