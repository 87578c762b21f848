import Foundation
import TestSupport
import Testing
import TorchOptim

@testable import Helios

@Suite(.standardGenerator) struct TimeTableTests {
    private func profile(
        _ trainer: Trainer, _ model: SmallModel, _ run: (Trainer, SmallModel) throws -> Void
    ) throws -> [String] {
        let text = try trainer.printedText { try run(trainer, model) }
        return text.split(separator: "\n").map(String.init)
    }

    /// The names of a table's lines, and what stands in its column of calls.
    private func calls(_ lines: [String]) throws -> [(name: String, calls: Int?)] {
        let head = try #require(lines.first)
        let end = try #require(head.range(of: "calls")).upperBound
        let width = head.distance(from: head.startIndex, to: end)
        return lines.dropFirst().map { line in
            let front = String(line.prefix(width))
            let count = front.split(separator: " ").last.flatMap { Int($0) }
            let name = count.map { front.replacing("\($0)", with: "", maxReplacements: 1) } ?? front
            return (String(name.reversed().drop(while: { $0 == " " }).reversed()), count)
        }
    }

    @Test("a table at the end says where the time of a training went, with the parts of each part below it")
    func training() throws {
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(
                .epochs(2), validation: .every(1, sanityCheck: 1), checkpoints: .in(folder, every: 1),
                logs: .in(folder.appending(path: "logs")), diagnostics: .profile)
            let lines = try profile(trainer, SmallModel()) { try $0.fit($1, SmallData()) }
            let rows = try calls(lines)
            func count(_ name: String) -> Int? { rows.last { $0.name == name }?.calls }
            #expect(lines[0].hasPrefix("where the time went") && lines[0].hasSuffix("share"))
            #expect(count("trainStep") == 12)
            #expect(count("  optimizer.step()") == 12)
            #expect(count("waiting for data") == 14)
            #expect(count("batchToDevice") == 12)
            #expect(count("  onTrainingBatchEnd") == 12)
            #expect(count("validation") == 2)
            #expect(count("  validStep") == 4)
            #expect(count("    onValidationStart") == 2)
            #expect(count("the validation before the training") == 1)
            #expect(count("saving the checkpoint") == 2)
            #expect(
                rows.map(\.name).filter { !$0.hasPrefix(" ") } == [
                    "setting up", "waiting for data", "batchToDevice", "trainStep", "hooks",
                    "the validation before the training", "validation", "saving the checkpoint", "the rest", "all",
                ])
            #expect(lines.last?.hasSuffix("100.0 %") == true)
            #expect(Set(lines.map(\.count)).count == 1, "the columns do not end in one line")
            let log = try String(contentsOf: folder.appending(path: "logs/small.log"), encoding: .utf8)
            #expect(log.contains("where the time went") && log.contains("optimizer.step()"))
        }
    }

    @Test("the shares of what is not inside another part add up to the whole")
    func shares() throws {
        let lines = try profile(Trainer.quiet(.epochs(3), validation: .every(1), diagnostics: .profile), SmallModel()) {
            try $0.fit($1, SmallData())
        }
        let shares = try lines.dropFirst().filter { !$0.hasPrefix(" ") }.map { line in
            try #require(Double(line.split(separator: " ").dropLast().last ?? ""))
        }
        #expect(abs(shares.dropLast().reduce(0, +) - 100) < 1)
    }

    @Test("a test and a prediction have their tables")
    func testing() throws {
        final class Predicting: ReadyModel {
            override func predictStep(_ batch: LabeledBatch, step: Int) throws -> Tensor {
                try network(batch.inputs)
            }
        }
        final class Predicted: SmallData {
            override func setup() throws {
                try super.setup()
                let inputs = try Tensor.zeros([8, 1, 3, 3])
                try setPrediction(
                    TensorDataset(inputs: inputs, targets: Tensor.zeros([8])), LoaderOptions(batchSize: 2))
            }
        }
        let tested = try calls(
            profile(Trainer.quiet(diagnostics: .profile), ReadyModel()) { try $0.test($1, SmallData()) })
        #expect(tested.contains { $0.name == "testStep" && $0.calls == 2 })
        let predicted = try calls(
            profile(Trainer.quiet(diagnostics: .profile), Predicting()) { trainer, model in
                _ = try trainer.predict(model, Predicted())
            })
        #expect(predicted.contains { $0.name == "predictStep" && $0.calls == 4 })
    }

    @Test("each optimizer has its line, even if a scaler makes its steps")
    func optimizers() throws {
        final class Two: SmallModel {
            var others: [Optimizer] = []
            override func setup(fastInit: Bool) throws {
                try super.setup(fastInit: fastInit)
                others = [try RMSprop(network.parameters()), try AdamW(network.parameters())]
                try createScaler(dtype: .bfloat16)
            }
            override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
                let loss = try crossEntropy(network(batch.inputs), batch.targets)
                let scaler = try #require(mixedPrecision).scaler
                try scaler.scale(loss).backward()
                for optimizer in others { try scaler.step(optimizer) }
                try scaler.update()
                try optimizer.zeroGrad()
            }
        }
        let model = Two()
        let rows = try calls(
            profile(Trainer.quiet(.epochs(1), validation: .every(1), diagnostics: .profile), model) {
                try $0.fit($1, SmallData())
            })
        #expect(rows.contains { $0.name == "  others.0.step()" && $0.calls == 6 })
        #expect(rows.contains { $0.name == "  others.1.step()" && $0.calls == 6 })
        #expect(!rows.contains { $0.name.contains("optimizer.step()") })
    }

    @Test("without it nothing is printed")
    func off() throws {
        let (trainer, model) = (try Trainer.quiet(.epochs(1), validation: .every(1)), SmallModel())
        #expect(try trainer.printedText { try trainer.fit(model, SmallData()) } == "")
    }
}
