import Foundation
import Helios
import TestSupport
import Testing
import Torch
import TorchNN

@testable import HeliosTensorBoard

/// What TensorBoard's own reader finds in the files.
@Suite(.standardGenerator)
struct TensorBoardLoggerTests {
    @Test("numbers are found as they were logged, whatever their names, steps and values", .needsTensorBoard)
    func scalars() async throws {
        let names = ["train/loss", "näme with spaces 🙂", "/a//b/", String(repeating: "n", count: 300), "42"]
        let values: [Double] = [0.5, 0, -1e30, .infinity, -.infinity, .nan, 1e300, .leastNonzeroMagnitude, 1.0 / 3]
        var records: [LogRecord] = []
        for (index, value) in values.enumerated() {
            for name in names {
                // Backwards at last.
                let step = index == values.count - 1 ? -7 : index * 1_000_000_000_000
                records.append(LogRecord(name: name, step: step, time: 1_764_389_472.0625, value: .scalar(value)))
            }
        }
        let found = try await read(records)
        #expect(Set(found.scalars.keys) == Set(names))
        for name in names {
            let curve = try #require(found.scalars[name])
            #expect(curve.map(\.step) == records.filter { $0.name == name }.map(\.step))
            // As the nearest number of 32 bits: 1e300 is infinite there, and the least number is zero.
            #expect(
                curve.map(\.value)
                    == [
                        "0.5", "0.0", "\(Double(Float(-1e30)))", "inf", "-inf", "nan", "inf", "0.0",
                        "\(Double(Float(1) / 3))",
                    ])
            #expect(curve.allSatisfy { $0.time == 1_764_389_472.0625 })
        }
        #expect(found.recordCount == records.count + 1)
    }

    @Test("several numbers are curves of their own, and one chart", .needsTensorBoard)
    func severalScalars() async throws {
        let found = try await read([
            LogRecord(name: "losses (a+b)", step: 3, value: .scalars(["real": 1, "fake": 2])),
            LogRecord(name: "x", step: 4, value: .scalars(["y": 3])),
            LogRecord(name: "x", step: 5, value: .scalars(["y": 4, "z": 5])),
        ])
        #expect(found.scalars["losses (a+b)/real"]?.map(\.value) == ["1.0"])
        #expect(found.scalars["losses (a+b)/fake"]?.map(\.value) == ["2.0"])
        #expect(found.scalars["x/y"]?.map(\.step) == [4, 5])
        #expect(
            found.charts == [
                ["losses (a+b)", #"^losses \(a\+b\)\/[^\/]*$"#], ["x", #"^x\/[^\/]*$"#],
            ])
        let pattern = try NSRegularExpression(pattern: found.charts[0][1])
        #expect(pattern.numberOfMatches(in: "losses (a+b)/real", range: NSRange(location: 0, length: 17)) == 1)
        #expect(pattern.numberOfMatches(in: "losses (aab)/real", range: NSRange(location: 0, length: 17)) == 0)
    }

    @Test("an image has its pixels, and several are laid out as torchvision's make_grid does", .needsTensorBoard)
    func images() async throws {
        let one = try Tensor([0, 51, 102, 255] as [UInt8]).reshape([1, 2, 2])
        var ten: [UInt8] = []
        for index in 0..<10 { ten += [UInt8](repeating: UInt8(index + 1), count: 3 * 2 * 3) }
        let found = try await read([
            LogRecord(name: "one", step: 1, value: try .image(one)),
            LogRecord(name: "ten", step: 1, value: try .images(Tensor(ten).reshape([10, 3, 2, 3]))),
        ])
        let single = try #require(found.images["one"]?.first)
        #expect(single.pixels == Data([0, 51, 102, 255]) && single.mode == "L" && single.size == [2, 2])
        let grid = try #require(found.images["ten"]?.first)
        // Eight in a row, each 2 x 3 with 2 pixels around: make_grid says 3 x 10 x 42.
        #expect(grid.size == [42, 10] && grid.width == 42 && grid.height == 10 && grid.mode == "RGB")
        var expected = [UInt8](repeating: 0, count: 42 * 10 * 3)
        for index in 0..<10 {
            for y in 0..<2 {
                for x in 0..<3 {
                    for channel in 0..<3 {
                        let (row, column) = (2 + index / 8 * 4 + y, 2 + index % 8 * 5 + x)
                        expected[(row * 42 + column) * 3 + channel] = UInt8(index + 1)
                    }
                }
            }
        }
        #expect(grid.pixels == Data(expected))
    }

    @Test("PNG files among several images are shown as they are, under names with a number", .needsTensorBoard)
    func figures() async throws {
        let image = try LoggedImage(pixels: [1, 2, 3, 4, 5, 6], width: 2, height: 1, channels: 3)
        let found = try await read([
            LogRecord(name: "figure", step: 1, value: try .figure(png: image.pngData())),
            LogRecord(name: "both", step: 1, value: .images([image, try LoggedImage(png: image.pngData())])),
        ])
        #expect(found.images.keys.sorted() == ["both/0", "both/1", "figure"])
        #expect(found.images.values.allSatisfy { $0[0].pixels == Data([1, 2, 3, 4, 5, 6]) })
    }

    @Test("a confusion matrix is a drawing with a cell for each pair of classes", .needsTensorBoard)
    func confusion() async throws {
        let found = try await read([
            LogRecord(
                name: "taken for", step: 1,
                value: try .confusion(
                    Tensor([[8.0, 0, 0], [0, 5, 5], [1, .nan, 1e9]]), classes: ["cat", "dog", "鳥"])),
            LogRecord(name: "large", step: 1, value: try .confusion(Tensor.eye(100))),
        ])
        #expect(
            found.pictureTexts["taken for"]
                == "A row for each true class, a column for each predicted one: cat, dog, 鳥.")
        let image = try #require(found.images["taken for"]?.first)
        func color(_ row: Int, _ column: Int) -> [UInt8] {
            // Two pixels from the upper left of the cell, where nothing is written.
            let (x, y) = (image.width - 8 - (3 - column) * 38 + 2, image.height - 8 - (3 - row) * 38 + 2)
            return Array(image.pixels[(y * image.width + x) * 3..<(y * image.width + x) * 3 + 3])
        }
        #expect(color(0, 0) == [8, 64, 129])
        #expect(color(0, 1) == [255, 255, 255])
        #expect(color(1, 1) == color(1, 2))
        #expect(color(2, 1) == [255, 255, 255])
        let large = try #require(found.images["large"]?.first)
        #expect(large.size == [1016, 1016])
    }

    @Test("a histogram has its bins, text its Markdown, a curve its six rows", .needsTensorBoard)
    func others() async throws {
        let histogram = try Histogram(Tensor([0.0, 1, 1, 2, 4, .nan]), bins: 4)
        let curve = try PrecisionRecallCurve(
            labels: Tensor([0, 1, 1]), predictions: Tensor([0.25, 0.5, 1]), thresholds: 5)
        let found = try await read([
            LogRecord(name: "weights", step: 1, value: .histogram(histogram)),
            LogRecord(name: "note", step: 2, value: .text("**bold** 鳥\n\n| a |\n")),
            LogRecord(name: "note", step: 3, value: .text("")),
            LogRecord(name: "curve", step: 1, value: .precisionRecall(curve)),
        ])
        let weights = try #require(found.histograms["weights"]?.first)
        #expect(weights.limits == [1, 2, 3, 4] && weights.counts == [1, 2, 1, 1])
        #expect(weights.summary == [0, 4, 5, 8, 22])
        #expect(found.texts["note"]?.map(\.text) == ["**bold** 鳥\n\n| a |\n", ""])
        #expect(found.texts["note"]?.map(\.step) == [2, 3])
        // At 0, 1/4, 1/2, 3/4, 1.
        #expect(
            found.curves["curve"] == [
                [
                    [2, 2, 2, 1, 1], [1, 1, 0, 0, 0], [0, 0, 1, 1, 1], [0, 0, 0, 1, 1],
                    [Double(Float(2) / 3), Double(Float(2) / 3), 1, 1, 1], [1, 1, 1, 0.5, 0.5],
                ]
            ])
    }

    @Test("all hyperparameters of a run are in its session, with the metrics as numbers", .needsTensorBoard)
    func hyperparameters() async throws {
        let found = try await read([
            LogRecord(
                name: "hyperparameters", step: 0, value: .hyperparameters(["lr": 0.5, "kind": "old"], metrics: [:])),
            LogRecord(
                name: "settings", step: 9,
                value: .hyperparameters(["kind": "new", "on": true], metrics: ["accuracy": 0.75])),
        ])
        #expect(found.hyperparameters == ["lr": .number(0.5), "kind": .text("new"), "on": .flag(true)])
        #expect(found.ended)
        #expect(found.scalars["accuracy"]?.map(\.value) == ["0.75"])
    }

    @Test("the graph has the modules with their shapes, and connects those of a Sequential", .needsTensorBoard)
    func graph() async throws {
        let network = Sequential(Linear(2, 3), Sequential(ReLU(), Tanh()), Linear(3, 1, bias: false))
        let found = try await read([LogRecord(name: "network", step: 0, value: try .graph(network))])
        #expect(found.graph.map(\.name) == ["Sequential/0", "Sequential/1/0", "Sequential/1/1", "Sequential/2"])
        #expect(found.graph.map(\.operation) == ["Linear", "ReLU", "Tanh", "Linear"])
        #expect(found.graph.map(\.inputs) == [[], ["Sequential/0"], ["Sequential/1/0"], ["Sequential/1/1"]])
        #expect(found.graph.map(\.parameters) == [9, 0, 0, 3])
        #expect(found.graph[0].shapes == ["weight": [3, 2], "bias": [3]])
        #expect(found.graph[3].shapes == ["weight": [1, 3]])
    }

    @Test("an embedding has its points, labels and pictures in files beside", .needsTensorBoard)
    func embedding() async throws {
        let found = try await read([
            LogRecord(
                name: "words/all of them", step: 7,
                value: try .embedding(
                    Tensor([[1.0, 2.5], [-3, 1e-9], [0, 0]]), labels: ["a\tb\nc", "鳥", " "],
                    images: Tensor.zeros([3, 1, 4, 5]))),
            LogRecord(
                name: String(repeating: "é", count: 300), step: 7, value: try .embedding(Tensor([[1.0], [2]]))),
        ])
        #expect(found.embeddings.count == 2)
        let words = found.embeddings[0]
        #expect(words.name == "words/all of them:7")
        #expect(words.points == [[1, 2.5], [-3, 1e-9], [0, 0]])
        #expect(words.labels == ["a b c", "鳥", "(none)"])
        #expect(words.pictureSize == [5, 4] && words.picture == [10, 8])
    }

    // MARK: Reading

    private func read(_ records: [LogRecord]) async throws -> FoundEvents {
        try await withTemporaryFolder { folder in
            let logger = TensorBoardLogger()
            try logger.open(
                LoggedRun(
                    name: "run", folder: folder, start: .new, environment: EnvironmentDescription([:]),
                    warn: { Issue.record("\($0)") }))
            try logger.write(records)
            try logger.close()
            let lines = try await Python.run("open_events.py", [folder.appending(path: "tensorboard/run").path])
            let line = try #require(lines.first)
            return try JSONDecoder().decode(FoundEvents.self, from: Data(line.utf8))
        }
    }
}

/// What `open_events.py` prints.
struct FoundEvents: Decodable {
    struct Scalar: Decodable {
        let step: Int
        let value: String
        let time: Double

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            step = try values.decode(Int.self)
            if let text = try? values.decode(String.self) {
                value = text
            } else {
                value = "\(try values.decode(Double.self))"
            }
            time = try values.decode(Double.self)
        }
    }
    struct Text: Decodable {
        let step: Int
        let text: String

        init(from decoder: any Decoder) throws {
            var values = try decoder.unkeyedContainer()
            step = try values.decode(Int.self)
            text = try values.decode(String.self)
        }
    }
    struct Image: Decodable {
        let step, width, height: Int
        let size: [Int]
        let mode: String
        let pixels: Data
    }
    struct Bins: Decodable {
        let limits, counts, summary: [Double]
    }
    struct Node: Decodable {
        let name, operation, module: String
        let inputs: [String]
        let parameters: Int
        let shapes: [String: [Int]]
    }
    struct Embedding: Decodable {
        let name: String
        let points: [[Double]]
        let labels: [String]
        let picture, pictureSize: [Int]
    }
    enum Setting: Decodable, Equatable {
        case flag(Bool), number(Double), text(String)

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            if let flag = try? value.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? value.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try value.decode(String.self))
            }
        }
    }

    let scalars: [String: [Scalar]]
    let images: [String: [Image]]
    let histograms: [String: [Bins]]
    let texts: [String: [Text]]
    let curves: [String: [[[Double]]]]
    let charts: [[String]]
    let hyperparameters: [String: Setting]
    let ended: Bool
    let graph: [Node]
    let embeddings: [Embedding]
    let pictureTexts: [String: String]
    let recordCount: Int
}
