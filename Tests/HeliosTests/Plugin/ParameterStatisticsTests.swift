import Foundation
import HeliosTensorBoard
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct ParameterStatisticsTests {
    @Test("the numbers are PyTorch's", .needsPyTorch)
    func beside() async throws {
        try await withTemporaryFolder { folder in
            #expect(try await Python.run("number_statistics.py", [folder.path]) == ["done"])
            let state = try TorchFile.loadDictionary(folder.appending(path: "rows"))
            let rows = try (0..<state.count).map { try state.tensor(.string("row\($0)")) }
            let expected = try TorchFile.loadDictionary(folder.appending(path: "statistics")).tensor("statistics")
            let ours = try NumberStatistics.of(rows).map { statistics in
                try Tensor(statistics.values.map(\.value))
            }
            try expectClose(Tensor.stack(ours), expected, relative: 1e-12, absolute: 1e-15)
        }
    }

    /// A model of two numbers whose loss is their sum times two, so that each gradient is 2.
    private final class Plain: Model<LabeledBatch> {
        var network: Linear!
        var optimizer: SGD!

        override func setup(fastInit: Bool) throws {
            network = Linear(2, 1)
            try noGrad {
                try network.weight.copy_(Tensor([[3.0, 4]], dtype: .float32))
                try network.bias?.zero_()
            }
            optimizer = try SGD(network.parameters(), learningRate: 0.25)
        }

        override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
            try minimize(optimizer) { try 2 * (network.weight.sum() + (network.bias?.sum() ?? Tensor([0.0]))) }
        }
    }

    private func logged(
        in folder: URL, accumulation: Int = 1, _ plugin: ParameterStatistics
    ) throws -> [(name: String, step: Int, value: Double)] {
        let trainer = try Trainer.quiet(
            .iterations(5), accumulation: .batches(accumulation), logs: .in(folder, every: 1000))
        try trainer.register(JSONLinesLogger())
        try trainer.register(plugin)
        try trainer.fit(Plain(saveName: "plain"), SmallData())
        let text = try String(contentsOf: folder.appending(path: "plain.jsonl"), encoding: .utf8)
        return text.split(separator: "\n").compactMap { line in
            guard let object = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                let name = object["name"] as? String, let step = object["step"] as? Int,
                let value = object["value"] as? Double
            else { return nil }
            return (name, step, value)
        }
    }

    @Test(
        "weights, gradients and updates are logged with the steps that are due, and with no other", arguments: [1, 2])
    func values(accumulation: Int) throws {
        try withTemporaryFolder { folder in
            let all = try logged(in: folder, accumulation: accumulation, ParameterStatistics(every: 2))
            let own = all.filter { ["weights", "gradients", "updates"].contains($0.name.split(separator: "/")[0]) }
            #expect(Set(own.map(\.step)) == [2, 4])
            func value(_ name: String, _ step: Int) -> Double? {
                own.first { $0.name == name && $0.step == step }?.value
            }
            // Each step takes 0.5 from each number: 3, 4 become 2, 3 with the second.
            #expect(value("weights/network.weight/norm", 2) == 13.0.squareRoot())
            #expect(value("weights/network.weight/mean", 2) == 2.5)
            #expect(value("weights/network.weight/std", 2) == 0.5)
            #expect(value("weights/network.weight/min", 4) == 1 && value("weights/network.weight/max", 4) == 2)
            #expect(value("gradients/network.weight/norm", 2) == 8.0.squareRoot())
            #expect(value("gradients/network.bias/mean", 4) == 2 && value("gradients/network.bias/zeros", 4) == 0)
            #expect(value("updates/network.weight/mean", 4) == -0.5)
            let ratio = 0.5.squareRoot() / (2.5 * 2.5 + 3.5 * 3.5).squareRoot()
            #expect(abs((value("updates/network.weight/update_to_weight", 2) ?? 0) - ratio) < 1e-7)
        }
    }

    @Test("a layer's parameters can be one row, and parts and subjects can be chosen")
    func choices() throws {
        try withTemporaryFolder { folder in
            let all = try logged(
                in: folder, ParameterStatistics(every: 1, of: .weights, by: .layer, bins: nil, paths: ["network"]))
            let own = all.filter { $0.name.hasPrefix("weights") || $0.name.hasPrefix("gradients") }
            let statistics = ["norm", "mean", "std", "min", "max", "zeros"]
            #expect(Set(own.map(\.name)) == Set(statistics.map { "weights/network/\($0)" }))
            let zeros = own.first { $0.name == "weights/network/mean" && $0.step == 1 }
            // 2.5, 3.5 and -0.5.
            #expect(abs((zeros?.value ?? 0) - 5.5 / 3) < 1e-12)
        }
    }

    @Test("histograms reach TensorBoard")
    func histograms() throws {
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.iterations(2), logs: .in(folder))
            try trainer.register(TensorBoardLogger())
            try trainer.register(ParameterStatistics(every: 2, bins: 8))
            try trainer.fit(Plain(saveName: "plain"), SmallData())
            let records = try EventRecords.withoutTimes(
                folder.appending(path: "tensorboard/plain/events.out.tfevents.helios"))
            #expect(records.contains { "\($0)".contains("gradients/network.weight") })
        }
    }

    @Test("it changes nothing that is trained")
    func unchanged() throws {
        try withTemporaryFolder { folder in
            func losses(_ plugins: [Plugin], _ name: String) throws -> [Double] {
                let trainer = try Trainer.quiet(.epochs(2), logs: .in(folder.appending(path: name)))
                try trainer.register(JSONLinesLogger())
                for plugin in plugins { try trainer.register(plugin) }
                let model = SmallModel()
                try trainer.fit(model, SmallData())
                return model.losses
            }
            let (with, without) = (try losses([ParameterStatistics(every: 1)], "with"), try losses([], "without"))
            #expect(with == without)
        }
    }

    @Test("paths that name nothing and numbers that make no sense are errors, and no logger is warned of")
    func mistakes() throws {
        #expect(throws: PluginError.self) { try ParameterStatistics(every: 0) }
        #expect(throws: PluginError.self) { try ParameterStatistics(of: []) }
        #expect(throws: PluginError.self) { try ParameterStatistics(bins: 0) }
        let trainer = try Trainer.quiet(.epochs(1))
        try trainer.register(ParameterStatistics(paths: ["network.55"]))
        #expect(throws: PluginError.self) { try trainer.fit(SmallModel(), SmallData()) }
        let silent = try Trainer.quiet(.epochs(1))
        try silent.register(ParameterStatistics())
        let text = try silent.printedText { try silent.fit(SmallModel(), SmallData()) }
        #expect(text.contains("'parameter-statistics' measures is logged nowhere: register a logger"))
    }
}
