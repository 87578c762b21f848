import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct ThreadControlTests {
    /// Notes how many threads each step has. Its operations are so small that they use one whatever is set.
    private class Watching: Model<LabeledBatch> {
        var network: Linear!
        var optimizer: SGD!
        var counts: [Int] = []

        init() {
            super.init(saveName: "small")
        }

        override func setup(fastInit: Bool) throws {
            network = Linear(9, 3)
            optimizer = try SGD(network.parameters())
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            counts.append(LibTorch.threadCount)
            try optimizer.zeroGrad()
            try crossEntropy(network(batch.inputs.flatten(startDim: 1)), batch.targets).backward()
            try optimizer.step()
        }
    }

    private func trainer(
        _ threads: ThreadCount, epochs: Int = 4, deterministic: Bool = false, folder: URL? = nil
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
            let model = Watching()
            try trainer(3, epochs: 1).fit(model, SmallData())
            #expect(Set(model.counts) == [3] && LibTorch.threadCount == 2)
        }
    }

    @Test("where nothing is asked for, nothing changes")
    func unchanged() throws {
        try withTwoThreads {
            let model = Watching()
            try trainer(.unchanged, epochs: 1).fit(model, SmallData())
            #expect(Set(model.counts) == [2] && LibTorch.threadCount == 2)
        }
    }

    @Test("after an error the process gets its threads back too", arguments: [ThreadCount.count(3), .auto])
    func error(threads: ThreadCount) throws {
        struct Trouble: Error {}
        final class Failing: Watching {
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws { throw Trouble() }
        }
        try withTwoThreads {
            #expect(throws: Trouble.self) { try trainer(threads).fit(Failing(), SmallData()) }
            #expect(LibTorch.threadCount == 2)
        }
    }

    @Test("numbers that no process should have are errors", arguments: [0, -1, 1025, Int.max])
    func badCounts(count: Int) {
        let error = #expect(throws: ConfigurationError.self) { try trainer(.count(count)) }
        #expect(error?.description.contains("1 to 1024") == true)
    }

    @Test("auto tries one thread and all in turn, keeps one of the two, says so, and notes it in checkpoints")
    func auto() throws {
        try withTemporaryFolder { folder in
            try withTwoThreads {
                let (model, trainer) = (Watching(), try trainer(.auto, folder: folder))
                let text = try trainer.printedText { try trainer.fit(model, SmallData()) }
                let chosen = try #require(model.counts.last)
                #expect(Array(model.counts.prefix(18)) == (0..<18).map { $0 % 2 == 0 ? 1 : 2 })
                #expect(Set(model.counts.dropFirst(18)) == [chosen] && [1, 2].contains(chosen))
                #expect(text.contains("\ntraining with \(chosen) thread"))
                #expect(LibTorch.threadCount == 2)
                let last = try TorchFile.loadDictionary(try #require(trainer.lastCheckpoint))
                #expect(try last.int("threads") == chosen)
                // Before the choice there is none to note.
                let first = folder.appending(path: "small/small_epoch_1_iter_6.pth")
                #expect(try TorchFile.loadDictionary(first)["threads"] == nil)
            }
        }
    }

    @Test("a resumed run takes the checkpoint's choice without measuring", arguments: [1, 2, 3], [1, 2])
    func resumed(chosen: Int, here: Int) throws {
        try withTemporaryFolder { folder in
            let previous = LibTorch.threadCount
            try LibTorch.setThreadCount(here)
            defer { try? LibTorch.setThreadCount(previous) }
            let first = try trainer(.auto, epochs: 1, folder: folder)
            try first.fit(Watching(), SmallData())
            let file = try #require(first.lastCheckpoint)
            var state = try TorchFile.loadDictionary(file)
            state["threads"] = .int(chosen)
            try TorchFile.save(state, to: file)

            let (model, trainer) = (Watching(), try trainer(.auto, epochs: 2, folder: folder))
            let text = try trainer.printedText { try trainer.fit(model, SmallData()) }
            #expect(Set(model.counts) == [chosen] && !text.contains("training with"))
            #expect(LibTorch.threadCount == here)
            let last = try TorchFile.loadDictionary(try #require(trainer.lastCheckpoint))
            #expect(try last.int("threads") == chosen)
        }
    }

    @Test("a checkpoint with a number of threads that cannot be is an error that names the file")
    func damaged() throws {
        try withTemporaryFolder { folder in
            let first = try trainer(.auto, epochs: 1, folder: folder)
            try first.fit(Watching(), SmallData())
            let file = try #require(first.lastCheckpoint)
            var state = try TorchFile.loadDictionary(file)
            state["threads"] = .int(-5)
            try TorchFile.save(state, to: file)
            let error = #expect(throws: CheckpointError.self) {
                try trainer(.auto, epochs: 2, folder: folder).fit(Watching(), SmallData())
            }
            #expect(error?.path == file.path)
        }
    }

    @Test("a deterministic trainer does not measure, and warns")
    func deterministic() throws {
        try withTwoThreads {
            let (model, trainer) = (Watching(), try trainer(.auto, deterministic: true))
            let text = try trainer.printedText { try trainer.fit(model, SmallData()) }
            #expect(Set(model.counts) == [2])
            #expect(text.contains("warning: threads are not chosen by measuring"))
        }
    }

    @Test("deterministic algorithms are for the run; the process gets its setting back, also after an error")
    func deterministicMode() throws {
        struct Trouble: Error {}
        final class Asking: Watching {
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
