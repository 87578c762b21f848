import Foundation
import Helios
import TestSupport
import Testing
import TorchNN

@testable import HeliosTensorBoard

/// What TensorBoard itself shows of a run with every kind of value, in a headless Chromium. Takes a minute.
///
/// With HELIOS_SCREENSHOTS, pictures of the pages go to the folder that it names.
@Suite(.serialized, .standardGenerator)
struct TensorBoardPagesTests {
    @Test("the pages show the curves, pictures, bins and tables of a run", .needsTensorBoard, .needsBrowser)
    func pages() async throws {
        try await withTemporaryFolder { folder in
            try log(in: folder)
            let runs = folder.appending(path: "tensorboard").path
            let screenshots = ProcessInfo.processInfo.environment["HELIOS_SCREENSHOTS"]
            let lines = try await Python.run("show_in_tensorboard.py", [runs] + (screenshots.map { [$0] } ?? []))
            let pages = try JSONDecoder().decode(Pages.self, from: Data((lines.first ?? "").utf8))

            #expect(pages.runs == ["run"])
            for name in ["train/loss", "näme with spaces 🙂", "losses/real", "losses/fake", "accuracy"] {
                #expect(pages.scalars.text.contains(name))
            }
            // A curve for each name; the name of 300 letters is one, too.
            #expect(pages.scalars.curves.count == 6 && pages.scalars.curves.allSatisfy { $0 > 0 })
            // The picture of 20 x 10 pixels, eight of 6 x 4 in a row, and a matrix of two classes.
            #expect(pages.images.sizes.contains([20, 10]) && pages.images.sizes.contains([66, 8]))
            #expect(pages.images.sizes.count == 3)
            #expect(pages.histograms.shapes.count == 1 && pages.histograms.shapes.allSatisfy { $0 >= 3 })
            for cell in ["optimizer.lr", "0.0010000", "sgd", "accuracy", "0.75000"] {
                #expect(pages.hyperparameters.cells.contains(cell), "\(cell) among \(pages.hyperparameters.cells)")
            }
            #expect(pages.texts.text.contains("bold letters"))
            #expect(pages.charts.curves.count == 1 && pages.charts.curves.allSatisfy { $0 > 0 })
            #expect(pages.curves.curves.count == 1 && pages.curves.curves.allSatisfy { $0 > 0 })
            // What is inside shows when it is opened.
            #expect(pages.graph.nodes == ["Sequential"])
        }
    }

    /// Logs every kind of value.
    private func log(in folder: URL) throws {
        let logger = TensorBoardLogger()
        try logger.open(
            LoggedRun(
                name: "run", folder: folder, start: .new, environment: EnvironmentDescription([:]),
                warn: { Issue.record("\($0)") }))
        let names = ["train/loss", "näme with spaces 🙂", String(repeating: "n", count: 300)]
        for step in 0..<40 {
            try logger.write(
                names.map { LogRecord(name: $0, step: step, value: .scalar(1 / Double(step + 1))) } + [
                    LogRecord(
                        name: "losses", step: step,
                        value: .scalars(["real": Double(step), "fake": Double(40 - step)]))
                ])
        }
        let ramp = try Tensor((0..<200).map { Float($0) / 200 }).reshape([1, 10, 20])
        for step in 0..<3 {
            try logger.write([
                LogRecord(
                    name: "weights", step: step,
                    value: .histogram(try Histogram(Tensor.randn([1000]) + Double(step), bins: 20)))
            ])
        }
        try logger.write([
            LogRecord(name: "picture", step: 1, value: try .image(ramp)),
            LogRecord(name: "several", step: 1, value: try .images(Tensor.rand([8, 3, 4, 6]))),
            LogRecord(
                name: "taken for", step: 1,
                value: try .confusion(Tensor([[8.0, 2], [1, 9]]), classes: ["cat", "dog"])),
            LogRecord(name: "note", step: 1, value: .text("**bold letters**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")),
            LogRecord(
                name: "curve", step: 1,
                value: .precisionRecall(
                    try PrecisionRecallCurve(
                        labels: Tensor([0, 1, 1, 0]), predictions: Tensor([0.25, 0.5, 1, 0.6]), thresholds: 20))),
            LogRecord(
                name: "hyperparameters", step: 0,
                value: .hyperparameters(["optimizer.lr": 0.001, "kind": "sgd"], metrics: ["accuracy": 0.75])),
            LogRecord(
                name: "network", step: 0,
                value: try .graph(Sequential(Linear(2, 3), Sequential(ReLU(), Tanh()), Linear(3, 1)))),
            LogRecord(
                name: "points", step: 1,
                value: try .embedding(Tensor.randn([12, 4]), labels: (0..<12).map { "point \($0)" })),
        ])
        try logger.close()
    }
}

/// What `show_in_tensorboard.py` prints.
private struct Pages: Decodable {
    struct Page: Decodable { let text: String }
    struct Curves: Decodable {
        let text: String
        /// How many lines each chart has.
        let curves: [Int]
    }
    struct Images: Decodable { let sizes: [[Int]] }
    struct Histograms: Decodable {
        /// How many shapes each chart has.
        let shapes: [Int]
    }
    struct Table: Decodable { let cells: [String] }
    struct Graph: Decodable { let nodes: [String] }

    let runs: [String]
    let scalars, charts, curves: Curves
    let images: Images
    let histograms: Histograms
    let hyperparameters: Table
    let texts: Page
    let graph: Graph
}
