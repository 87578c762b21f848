import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration
import TestSupport
import Testing

@testable import HeliosProgram

/// `export`, and what others compute with its files.
@Suite struct ExportTests {
    private static let data = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Examples/Digits/Data/digits.csv").standardizedFileURL.path

    /// Trains, exports, and gives the scores of the test's digits.
    private func scores(_ run: URL, export arguments: [String], note: String) throws -> [[Double]] {
        let trained = try Program.run("train", "--epochs", "1", "--folder", run.path)
        #expect(trained.status == 0, "\(trained.errors)")
        let export = try Program.start(["export", "--folder", run.path] + arguments, Python.trackingEnvironment).wait()
        #expect(export.status == 0, "\(export.errors)")
        #expect(export.output.contains(note), "\(export.output)")
        let predictions = run.appending(path: "predictions.jsonl")
        #expect(try Program.run("predict", "--output", predictions.path, "--folder", run.path).status == 0)
        return try String(contentsOf: predictions, encoding: .utf8).split(separator: "\n").map {
            try #require(JSONDecoder().decode([String: [Double]].self, from: Data($0.utf8))["prediction"])
        }
    }

    private func requireSame(_ theirs: [[Double]], _ ours: [[Double]]) {
        func digits(_ scores: [[Double]]) -> [Int?] { scores.map { row in row.indices.max { row[$0] < row[$1] } } }
        #expect(ours.count == 360 && theirs.count == 360)
        #expect(digits(theirs) == digits(ours))
        #expect(Set(digits(ours)).count == 10)
        let differences = zip(theirs.joined(), ours.joined()).map { abs($0 - $1) }
        #expect(differences.count == 3600 && differences.allSatisfy { $0 < 1e-4 })
    }

    @Test("onnxruntime classifies the digits as the network does", .needsONNX)
    func onnx() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "digits.onnx").path
            let ours = try scores(
                folder.appending(path: "run"), export: ["--onnx", file], note: "computes the same outputs with it)")
            let output = try await Python.runAlone("classify_digits_onnx.py", [file, Self.data])
            let theirs = try output.split(separator: UInt8(ascii: "\n")).map {
                try JSONDecoder().decode([Double].self, from: $0)
            }
            requireSame(theirs, ours)
        }
    }

    @Test("PyTorch classifies the digits as the network does", .needsPyTorch)
    func torchScript() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "digits.pt").path
            let ours = try scores(
                folder.appending(path: "run"), export: ["--torchscript", file],
                note: "libtorch computes the same outputs with it)")
            let lines = try await Python.run("classify_digits_torchscript.py", [file, Self.data])
            requireSame(try lines.map { try JSONDecoder().decode([Double].self, from: Data($0.utf8)) }, ours)
        }
    }

    @Test("without onnxruntime, the file is written and the output says so, unless the comparison was asked for")
    func withoutPython() throws {
        try withTemporaryFolder { folder in
            let run = folder.appending(path: "run").path
            #expect(try Program.run("train", "--epochs", "1", "--folder", run).status == 0)
            let file = folder.appending(path: "digits.onnx").path
            let nowhere = ["PATH": "/nowhere"]
            let required = try Program.start(
                ["export", "--onnx", file, "--validate", "--folder", run], nowhere
            ).wait()
            #expect(required.status != 0 && required.errors.contains("there is no python3"), "\(required.errors)")
            #expect(!FileManager.default.fileExists(atPath: file))
            let export = try Program.start(["export", "--onnx", file, "--folder", run], nowhere).wait()
            #expect(export.status == 0, "\(export.errors)")
            #expect(export.output.contains("(not compared with the network: there is no python3"), "\(export.output)")
            #expect(FileManager.default.fileExists(atPath: file))
            let silent = try Program.start(
                ["export", "--onnx", file, "--no-validate", "--fixed-shapes", "--folder", run], nowhere
            ).wait()
            #expect(silent.status == 0 && silent.lines.last == "exported: \(file)", "\(silent.output)\(silent.errors)")
        }
    }

    /// A program that says no more than it must.
    private enum Small: TrainingCommand {
        struct Options: ConfigOptions {}
        struct Batch: Sendable {}

        static func makeModel(_ options: Options, folder: URL) -> Model<Batch> { Model(saveName: "small") }
        static func makeData(_ options: Options) -> DataModule<Batch> { DataModule() }
    }

    /// A program whose batches are labeled.
    private enum Labeled: TrainingCommand {
        struct Options: ConfigOptions {}

        static func makeModel(_ options: Options, folder: URL) -> Model<LabeledBatch> { Model(saveName: "labeled") }
        static func makeData(_ options: Options) -> DataModule<LabeledBatch> { DataModule() }
    }

    @Test("a program without an exporter says what to add to it")
    func missingExporter() throws {
        let command = try ExportCommand<Small>.parse(["--onnx", "/nowhere/a.onnx", "--folder", "/nowhere"])
        let error = #expect(throws: ConfigurationError.self) { try command.run() }
        #expect(error?.description.contains("add the product HeliosONNX to its target in Package.swift") == true)
        #expect(error?.description.contains("[ONNXExporter()]` to Small") == true)
    }

    @Test("the example is two samples of the data, and a program with other batches must give it", .standardGenerator)
    func examples() throws {
        let inputs = try Tensor.randn([5, 3])
        let batch = LabeledBatch(inputs: inputs, targets: try Tensor.zeros([5]))
        let example = try Labeled.exampleInputs(of: "network", Labeled.Options()) { batch }
        #expect(example.count == 1)
        #expect(try example[0].equal(inputs[0..<2]))
        let noInputs = #expect(throws: ConfigurationError.self) {
            _ = try Small.exampleInputs(of: "network", Small.Options()) { Small.Batch() }
        }
        #expect(noInputs?.description.contains("Small must have exampleInputs(of:_:_:)") == true)
        let noLayer = #expect(throws: ConfigurationError.self) {
            _ = try Small.outputs(of: LSTM(3, 2), [inputs])
        }
        #expect(noLayer?.description.contains("LSTM is no Layer") == true)
    }
}
