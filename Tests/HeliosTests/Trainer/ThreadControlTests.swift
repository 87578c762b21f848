import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct ThreadControlTests {
    private func trainer(
        _ threads: ThreadCount, epochs: Int = 4, deterministic: Determinism = false, folder: URL? = nil
    ) throws -> Trainer {
        try Trainer(
            .epochs(epochs), checkpoints: folder.map { .in($0, every: 1) }, deterministic: deterministic, device: .cpu,
            threads: threads, display: .nothing)
    }

    /// Runs `body` in a process that has two threads set.
    private func withTwoThreads(_ body: () throws -> Void) throws {
        let previous = LibTorch.threadCount
        try LibTorch.setThreadCount(2)
        defer { try? LibTorch.setThreadCount(previous) }
        try body()
    }

    @Test("a number of threads holds for the run, and the process gets its own back")
    func count() throws {
        try withTwoThreads {
            let model = ThreadWatcher()
            try trainer(3, epochs: 1).fit(model, SmallData())
            #expect(Set(model.counts) == [3] && LibTorch.threadCount == 2)
        }
    }

    @Test("if nothing is asked for, nothing changes")
    func unchanged() throws {
        try withTwoThreads {
            let model = ThreadWatcher()
            try trainer(.unchanged, epochs: 1).fit(model, SmallData())
            #expect(Set(model.counts) == [2] && LibTorch.threadCount == 2)
        }
    }

    @Test("after an error the process gets its threads back too")
    func error() throws {
        struct Trouble: Error {}
        final class Failing: ThreadWatcher {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws { throw Trouble() }
        }
        try withTwoThreads {
            #expect(throws: Trouble.self) { try trainer(3).fit(Failing(), SmallData()) }
            #expect(LibTorch.threadCount == 2)
        }
    }

    @Test("numbers that no process should have are errors", arguments: [0, -1, 1025, Int.max])
    func badCounts(count: Int) {
        let error = #expect(throws: ConfigurationError.self) { try trainer(.count(count)) }
        #expect(error?.description.contains("1 to 1024") == true)
    }

    @Test("what an older version's run chose by measuring is in its checkpoints, and does not matter")
    func olderCheckpoint() throws {
        try withTemporaryFolder { folder in
            let first = try trainer(.count(1), epochs: 1, folder: folder)
            try first.fit(ThreadWatcher(), SmallData())
            let file = try #require(first.lastCheckpoint)
            var state = try TorchFile.loadDictionary(file)
            #expect(state["threads"] == nil)
            state["threads"] = .int(3)
            try TorchFile.save(state, to: file)

            let (model, trainer) = (ThreadWatcher(), try trainer(.count(2), epochs: 2, folder: folder))
            let text = try trainer.printedText { try trainer.fit(model, SmallData()) }
            #expect(Set(model.counts) == [2] && model.counts.count == 6 && !text.contains("'threads'"))
            #expect(try TorchFile.loadDictionary(#require(trainer.lastCheckpoint))["threads"] == nil)
        }
    }

    @Test("denormal numbers are flushed for the run, and a resume that changes it is warned of")
    func flushedDenormals() throws {
        final class Asking: ThreadWatcher {
            var flushes: Set<Bool> = []
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                flushes.insert(try Tensor.full([1], 1e-38).mul(0.01).eq(0).item(Bool.self))
                try super.trainStep(batch, state: state)
            }
        }
        func fit(epochs: Int, flushDenormals: Bool, in folder: URL) throws -> (flushes: Set<Bool>, text: String) {
            let model = Asking()
            let trainer = try Trainer(
                .epochs(epochs), checkpoints: .in(folder, every: 1), device: .cpu, flushDenormals: flushDenormals,
                display: .nothing)
            let text = try trainer.printedText { try trainer.fit(model, SmallData()) }
            return (model.flushes, text)
        }
        try withTemporaryFolder { folder in
            #expect(try fit(epochs: 1, flushDenormals: true, in: folder).flushes == [true])
            #expect(!LibTorch.flushesDenormals)
            let same = try fit(epochs: 2, flushDenormals: true, in: folder)
            #expect(same.flushes == [true] && !same.text.contains("flushDenormals"))
            let other = try fit(epochs: 3, flushDenormals: false, in: folder)
            #expect(other.flushes == [false])
            #expect(other.text.contains("trained with flushDenormals: true, and this run has false"))
        }
    }

    @Test("deterministic algorithms are for the run; the process gets its setting back, also after an error")
    func deterministicMode() throws {
        struct Trouble: Error {}
        final class Asking: ThreadWatcher {
            var wasDeterministic = false
            var fails = false
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                wasDeterministic = LibTorch.isDeterministic
                if fails { throw Trouble() }
                try super.trainStep(batch, state: state)
            }
        }
        let model = Asking()
        try trainer(.unchanged, deterministic: true).fit(model, SmallData())
        #expect(model.wasDeterministic && !LibTorch.isDeterministic)
        model.fails = true
        #expect(throws: Trouble.self) { try trainer(.unchanged, deterministic: true).fit(model, SmallData()) }
        #expect(!LibTorch.isDeterministic)
    }
}
