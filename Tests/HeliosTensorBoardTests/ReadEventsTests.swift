import Foundation
import Helios
import TestSupport
import Testing

@testable import HeliosTensorBoard

/// What is read of event files for a report.
@Suite struct ReadEventsTests {
    private let matrix: LoggedValue

    init() throws {
        matrix = try .confusion(Tensor([3.0, 1, 0, 4]).reshape([2, 2]), classes: ["cat", "dog"])
    }

    private func history(
        _ records: [LogRecord], _ contents: LoggedHistory.EventContents = .everything, add bytes: [UInt8] = []
    ) throws -> LoggedHistory {
        try withTemporaryFolder { folder in
            let logger = TensorBoardLogger()
            try logger.open(
                LoggedRun(name: "run", folder: folder, start: .new, environment: EnvironmentDescription([:])) { _ in })
            try logger.write(records)
            try logger.close()
            let runFolder = folder.appending(path: "tensorboard/run")
            let file = runFolder.appending(path: "events.out.tfevents.helios")
            if !bytes.isEmpty {
                let handle = try FileHandle(forWritingTo: file)
                try handle.seekToEnd()
                try handle.write(contentsOf: Data(bytes))
                try handle.close()
            }
            var history = LoggedHistory()
            try history.readEvents(runFolder.appending(path: "events.out.tfevents.0-hyperparameters").path, contents)
            try history.readEvents(file.path, contents)
            return history
        }
    }

    private var records: [LogRecord] {
        get throws {
            [
                LogRecord(name: "loss", step: 1, time: 1000, value: 0.5),
                LogRecord(name: "loss", step: 2, time: 1001, value: .scalar(.infinity)),
                LogRecord(name: "both", step: 2, time: 1001, value: .scalars(["x": 1])),
                LogRecord(
                    name: "pixels", step: 3, time: 1002, value: try .image(Tensor([0.0, 0.5, 1]).reshape([1, 3]))),
                LogRecord(name: "taken for", step: 3, time: 1002, value: matrix),
                LogRecord(
                    name: "weights", step: 4, time: 1003, value: try .histogram(Tensor([0.0, 1, 1, 2]), bins: 2)),
                LogRecord(name: "note", step: 5, time: 1004, value: .text("*text*")),
                LogRecord(
                    name: "curve", step: 6, time: 1005,
                    value: try .precisionRecall(
                        labels: Tensor([0, 1, 1]), predictions: Tensor([0.2, 0.4, 0.9]), thresholds: 3)),
                LogRecord(
                    name: "h", step: 0, time: 1, value: .hyperparameters(["rate": 0.5, "head": "linear"], metrics: [:])),
            ]
        }
    }

    @Test("what TensorBoardLogger writes is read back")
    func everything() throws {
        let history = try history(records)
        #expect(history.problems.isEmpty)
        let loss = try #require(history.curves["loss"])
        #expect(loss.first?.step == 1 && loss.first?.time == 1000 && loss.first?.value == 0.5)
        #expect(loss.last?.step == 2 && loss.last?.value == .infinity)
        #expect(history.curves["both/x"]?.count == 1)
        let image = try #require(history.images["pixels"]?.elements.first)
        #expect(image.step == 3 && image.time == 1002)
        #expect(image.value.width == 3 && image.value.height == 1 && image.value.channels == 1)
        #expect(history.images["taken for"]?.count == 1)
        #expect(
            history.histograms["weights"]?.elements.map(\.value)
                == [try #require(HistogramBins(edges: [0, 1, 2], counts: [1, 3]))])
        #expect(history.texts.elements.map(\.value.text) == ["*text*"])
        #expect(history.precisionRecall["curve"]?.elements.first?.value.thresholds == [0, 0.5, 1])
        #expect(history.hyperparameters == ["head": "linear", "rate": "0.5"])
    }

    @Test("beside another file, only what it does not have is read")
    func parts() throws {
        let images = try history(records, .images)
        #expect(Array(images.images.keys) == ["pixels", "taken for"])
        #expect(images.curves.isEmpty && images.texts.count == 0 && images.hyperparameters.isEmpty)
        let others = try history(records, .allButNumbers)
        #expect(others.curves.isEmpty && others.images.count == 2 && others.texts.count == 1)
        #expect(others.hyperparameters.count == 2)
    }

    @Test("a record that is not whole ends the file, and what is broken is left out and noted")
    func broken() throws {
        var bytes: [UInt8] = []
        bytes.appendRecord { $0 += [0xFF, 0xFF, 0xFF] }
        try bytes.append(
            TBEvent(
                step: 1, time: 1,
                [
                    .with {
                        $0.tag = "image"
                        $0.image.encodedImageString = Data("GIF89a".utf8)
                    },
                    .with {
                        $0.tag = "bins"
                        $0.histo.bucket = [1, 2]
                        $0.histo.bucketLimit = [1]
                    },
                    .tensor("curve", plugin: "pr_curves", Data()) { $0.floatVal = [1, 2, 3] },
                ]))
        let history = try history([LogRecord(name: "a", step: 1, time: 1, value: 1)], add: bytes + [1, 2, 3])
        #expect(history.curves["a"]?.count == 1)
        #expect(history.images.isEmpty && history.histograms.isEmpty && history.precisionRecall.isEmpty)
        #expect(
            history.problems.map { $0.prefix(17) } == [
                "a record that is ", "an image that is ", "a value that is b", "what follows byte",
            ])
    }

    @Test("a file that is not there is an error")
    func missing() {
        var history = LoggedHistory()
        #expect(throws: TensorBoardError.self) { try history.readEvents("/nothing") }
    }

    @Test("what PyTorch's SummaryWriter writes is read", .needsTensorBoard)
    func foreign() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "helios-events-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try await Python.run("write_events.py", [folder.path])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        var history = LoggedHistory()
        for name in names { try history.readEvents(folder.appending(path: name).path) }
        #expect(history.problems.isEmpty)
        let loss = try #require(history.curves["loss"]).buckets(atMost: 10)
        #expect(loss.prefix(3).map(\.mean) == [0.1, 0.2, 0.3].map { Double(Float($0)) })
        #expect(loss.map(\.step) == [0, 1, 2, 3] && loss[3].special == .notANumber && loss[0].time == 1000)
        let image = try #require(history.images["image"]?.elements.first)
        #expect(image.step == 7 && image.value.width == 6 && image.value.height == 4)
        let bins = try #require(history.histograms["weights"]?.elements.first?.value)
        #expect(bins.edges.first == 0 && bins.edges.last == 5 && bins.counts.reduce(0, +) == 5)
        #expect(history.texts.elements.map(\.value.text) == ["a **text**"])
        // Two of three are positive; at the threshold 0.5 one of them is found, and nothing else.
        let curve = try #require(history.precisionRecall["curve"]?.elements.first?.value)
        #expect(curve.recall == [1, 0.5, 0] && curve.precision[1] == 1)
    }
}
