import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite("LoggedHistory")
struct LoggedHistoryTests {
    private func read(_ text: String, isTable: Bool = false) throws -> LoggedHistory {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "log")
            try Data(text.utf8).write(to: file)
            var history = LoggedHistory()
            if isTable { try history.readCSV(file.path) } else { try history.readJSONLines(file.path) }
            return history
        }
    }

    private func values(_ history: LoggedHistory, _ name: String) -> [Double]? {
        history.curves[name]?.buckets(atMost: 1000).map { $0.special.isEmpty ? $0.mean : .nan }
    }

    @Test("what the loggers write is read back", arguments: [false, true])
    func loggers(isTable: Bool) throws {
        try withTemporaryFolder { folder in
            let name = "a \"b\", \n ü/€"
            let logger: any RunLogger = isTable ? CSVLogger() : JSONLinesLogger()
            try logger.open(
                LoggedRun(name: "run", folder: folder, start: .new, environment: .current) { _ in })
            try logger.write([
                LogRecord(name: "loss", step: -3, time: 1000.5, value: .scalar(0.1)),
                LogRecord(name: name, step: 7, time: 1001, value: .scalar(-1e-30)),
                LogRecord(name: "loss", step: 8, time: 1002, value: .scalar(.nan)),
                LogRecord(name: "both", step: 8, time: 1002, value: .scalars(["x": 1, "y": .infinity])),
            ])
            try logger.close()
            var history = LoggedHistory()
            let file = folder.appending(path: isTable ? "run.csv" : "run.jsonl").path
            if isTable { try history.readCSV(file) } else { try history.readJSONLines(file) }
            #expect(history.problems.isEmpty)
            #expect(Array(history.curves.keys) == ["loss", name, "both/x", "both/y"])
            let loss = try #require(history.curves["loss"]).buckets(atMost: 10)
            #expect(loss.map(\.step) == [-3, 8])
            #expect(loss.map(\.time) == [1000.5, 1002])
            #expect(loss[0].mean == 0.1)
            #expect(loss[1].special == .notANumber)
            #expect(values(history, name) == [-1e-30])
            #expect(history.curves["both/y"]?.buckets(atMost: 10)[0].special == .infinity)
        }
    }

    @Test("everything that JSON lines have besides numbers is read back")
    func otherKinds() throws {
        try withTemporaryFolder { folder in
            let logger = JSONLinesLogger()
            try logger.open(
                LoggedRun(name: "run", folder: folder, start: .new, environment: .current) { _ in })
            let labels = try Tensor([1.0, 0, 1, 0]), predictions = try Tensor([0.9, 0.4, 0.6, 0.1])
            try logger.write([
                LogRecord(name: "note", step: 1, value: .text("a\n\"b\"")),
                LogRecord(
                    name: "settings", step: 0,
                    value: .hyperparameters(["rate": 0.5, "depth": 18, "head": "linear"], metrics: ["accuracy": 0.75])),
                LogRecord(name: "weights", step: 2, value: .histogram(Tensor([0.0, 1, 1, 2]), bins: 2)),
                LogRecord(
                    name: "curve", step: 3,
                    value: .precisionRecall(labels: labels, predictions: predictions, thresholds: 3)),
                LogRecord(
                    name: "taken for", step: 4,
                    value: .confusion(Tensor([3.0, 1, 0, 4]).reshape([2, 2]), classes: ["cat", "dog"])),
            ])
            try logger.close()
            var history = LoggedHistory()
            try history.readJSONLines(folder.appending(path: "run.jsonl").path)
            #expect(history.problems.isEmpty)
            #expect(history.texts.elements.map(\.value.text) == ["a\n\"b\""])
            #expect(history.hyperparameters == ["depth": "18", "head": "linear", "rate": "0.5"])
            #expect(history.metrics == ["accuracy": 0.75])
            #expect(
                history.histograms["weights"]?.elements.map(\.value)
                    == [try #require(HistogramBins(edges: [0, 1, 2], counts: [1, 3]))])
            let curve = try #require(history.precisionRecall["curve"]?.elements.first?.value)
            #expect(curve.precision == [0.5, 1, 0])
            #expect(curve.recall == [1, 1, 0])
            let confusion = try #require(history.confusions["taken for"]?.elements.first)
            #expect(confusion.step == 4)
            #expect(confusion.value.classes == ["cat", "dog"])
            #expect(confusion.value.counts == [3, 1, 0, 4])
        }
    }

    @Test("broken lines are left out and noted, the rest is read")
    func brokenLines() throws {
        let history = try read(
            """
            {"step":1,"name":"a","value":1,"time":1.0}
            nonsense

            {"step":2,"name":"a","value":"text","time":1.0}
            {"step":1e3,"name":"a","value":2,"time":1.0}
            {"step":3,"name":"a","value":1e999,"time":1.0}
            { "time" : 2 , "name" : "\\u0061" , "step" : 4 , "value" : "-inf" }
            {"step":5,"name":"a","later":[1],"time":1.0}
            {"step":99999999999999999999,"name":"a","value":2,"time":1.0}
            {"step":6,"name":"a","value":3,"ti
            """)
        #expect(history.curves["a"]?.buckets(atMost: 10).map(\.step) == [1, 4])
        #expect(
            history.problems == [
                "a line that is no record of a log was left out (5 times)",
                "a record of a kind that this version does not know was left out",
                "the last line is incomplete, and was left out: the run was stopped while it wrote it, or still writes",
            ])
    }

    @Test("values of the wrong shape are left out")
    func wrongShapes() throws {
        let history = try read(
            """
            {"step":1,"name":"a","histogram":{"edges":[0,1],"counts":[1,2]}}
            {"step":1,"name":"a","histogram":{"edges":[1,0],"counts":[1]}}
            {"step":1,"name":"a","histogram":{"edges":[0,"inf"],"counts":[1]}}
            {"step":1,"name":"a","histogram":{"edges":[0,1],"counts":[-1]}}
            {"step":1,"name":"a","confusion":{"classes":["x","y"],"counts":[1,2,3]}}
            {"step":1,"name":"a","confusion":{"classes":[],"counts":[]}}
            {"step":1,"name":"a","precision_recall":{"thresholds":[0,1],"precision":[1],"recall":[1,1]}}
            {"step":1,"name":"a","graph":3}
            {"step":1,"name":"a","text":3}

            """)
        #expect(history.isEmpty)
        #expect(history.problems == ["a line that is no record of a log was left out (9 times)"])
    }

    @Test("a table is read in any order of columns, with either line break")
    func table() throws {
        let history = try read(
            "value,name,step,more\r\n0.5,a,1,x\r\n1.5,\"b,\"\"c\"\"\r\n\",2,y\r\nnan,a,3,z\r\nwrong,a,4,z\r\n2,a\r\n\r\n7,a,5",
            isTable: true)
        #expect(history.curves["a"]?.buckets(atMost: 10).map(\.step) == [1, 3])
        #expect(values(history, "b,\"c\"\r\n") == [1.5])
        #expect(
            history.problems == [
                "a row that is no record of a log was left out (2 times)",
                "the last row is incomplete, and was left out: the run was stopped while it wrote it, or still writes",
            ])
        #expect(try read("epoch,loss\n1,2\n", isTable: true).problems.count == 1)
        #expect(try read("step,name,value\n1,\"a,2\n3,b,4\n", isTable: true).problems.count == 1)
        #expect(try read("", isTable: true).isEmpty)
    }

    @Test("names, texts and lines are bounded")
    func bounds() throws {
        let long = String(repeating: "x", count: 30_000)
        var text = (0..<5010).map { "{\"step\":1,\"name\":\"n\($0)\",\"value\":1,\"time\":1.0}\n" }.joined()
        text += "{\"step\":1,\"name\":\"\(long)\",\"value\":1,\"time\":1.0}\n"
        text += "{\"step\":1,\"name\":\"note\",\"text\":\"\(long)\",\"time\":1.0}\n"
        text += (0..<1000).map { "{\"step\":\($0),\"name\":\"note\",\"text\":\"t\",\"time\":1.0}\n" }.joined()
        text +=
            "\"" + String(repeating: "x", count: 9 << 20)
            + "\"\n{\"step\":9,\"name\":\"n0\",\"value\":1,\"time\":1.0}\n"
        let history = try read(text)
        #expect(history.curves.count == LoggedHistory.Limit.curves)
        #expect(history.curves["n0"]?.count == 2)
        #expect(history.texts.elements.count <= LoggedHistory.Limit.texts + 1)
        #expect(history.texts.elements.first?.value.text.count == LoggedHistory.Limit.textLength + 1)
        #expect(history.problems.count == 4)
    }

    @Test("images are bounded: those of a name, large ones, and all together")
    func images() throws {
        func image(_ megabytes: Double, width: UInt32 = 1) throws -> LoggedImage {
            var png = try LoggedImage(pixels: [0], width: 1, height: 1, channels: 1).pngData()
            png.replaceSubrange(16..<20, with: withUnsafeBytes(of: width.bigEndian) { Data($0) })
            return try LoggedImage(png: png + Data(count: Int(megabytes * Double(1 << 20))))
        }
        var history = LoggedHistory()
        for step in 0..<100 { history.add(try image(0), "small", step: step, time: 1) }
        #expect(history.images["small"]?.elements.count ?? 0 <= LoggedHistory.Limit.images + 1)
        history.add(try image(5), "large", step: 1, time: 1)
        history.add(try image(0, width: 1 << 15), "wide", step: 1, time: 1)
        #expect(Array(history.images.keys) == ["small", "wide"])
        #expect(history.problems.count == 1)
        for step in 0..<10 {
            for name in 0..<30 { history.add(try image(3), "n\(name)", step: step, time: 1) }
        }
        let bytes = history.images.values.flatMap(\.elements).reduce(0) { $0 + $1.value.byteCount }
        #expect(bytes <= LoggedHistory.Limit.imageBytes)
        // The first 20 names have room for an image each, and it is the last of each.
        #expect((0..<20).allSatisfy { history.images["n\($0)"]?.elements.last?.step == 9 })
        #expect(history.problems.count == 2)
    }

    @Test("a file that is not there is an error")
    func missingFile() {
        var history = LoggedHistory()
        #expect(throws: FileAccessError.self) { try history.readJSONLines("/nothing.jsonl") }
        #expect(throws: FileAccessError.self) { try history.readCSV("/") }
    }
}

@Suite("LineReader")
struct LineReaderTests {
    @Test(
        "lines are the same wherever the parts of the file end",
        arguments: [0, 1, 5, (1 << 18) - 1, 1 << 18, (1 << 18) + 1])
    func parts(padding: Int) throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "log")
            let lines = [String(repeating: "p", count: padding), "", "second", "third"]
            try Data(lines.joined(separator: "\n").utf8).write(to: file)
            var found: [String] = []
            var ends: [Bool] = []
            try LineReader(file.path, limit: 1 << 20).forEach { line in
                found.append(String(decoding: line.bytes, as: UTF8.self))
                ends.append(line.isEnded)
            }
            #expect(found == lines)
            #expect(ends == [true, true, true, false])
        }
    }

    @Test("a line that is too long does not reach the next one")
    func tooLong() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "log")
            try Data("abcd\nabcde\nabc\n\(String(repeating: "x", count: 1 << 19))\nend".utf8).write(to: file)
            var found: [String] = []
            try LineReader(file.path, limit: 4).forEach { line in
                found.append(line.isTooLong ? "too long" : String(decoding: line.bytes, as: UTF8.self))
            }
            #expect(found == ["abcd", "too long", "abc", "too long", "end"])
        }
    }
}
