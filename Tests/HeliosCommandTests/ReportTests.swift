import Foundation
import Helios
import HeliosTensorBoard
import TestSupport
import Testing

@testable import HeliosCommand

@Suite("helios report")
struct ReportTests {
    @Test("a page has the curves of all runs, under names that tell them apart")
    func curves() throws {
        try withTemporaryFolder { folder in
            for (run, rate) in [("a/x", "0.1"), ("b/x", "0.01")] {
                try RunFiles.write(
                    [
                        "{\"step\":0,\"name\":\"hyperparameters\",\"hyperparameters\":{\"values\":{\"rate\":\(rate)},"
                            + "\"metrics\":{}},\"time\":1000.0}",
                        RunFiles.number("2.5", step: 10), RunFiles.number("\"nan\"", step: 20),
                        RunFiles.number("1.25", step: 30),
                    ], to: folder.appending(path: "\(run)/logs/digits.jsonl"))
            }
            let page = folder.appending(path: "page.html")
            let program = try Program.run(
                "report", folder.appending(path: "a/x/").path, folder.appending(path: "b/x").path, "-o", page.path)
            #expect(program.errors.isEmpty)
            #expect(program.status == 0)
            #expect(program.output.hasPrefix("report: \(page.path), "))
            let runs = try #require(try RunFiles.data(of: page)["runs"] as? [[String: Any]])
            #expect(runs.map { $0["label"] as? String } == ["a/x", "b/x"])
            #expect(runs.map { $0["hyperparameters"] as? [[String]] } == [[["rate", "0.1"]], [["rate", "0.01"]]])
            let curve = try #require((runs[0]["curves"] as? [[String: Any]])?.first)
            #expect(curve["name"] as? String == "train/loss")
            #expect(curve["steps"] as? [Int] == [10, 20, 30])
            #expect(curve["times"] as? [Double] == [0, 10, 20])
            let values = try #require(curve["values"] as? [Any])
            #expect(values[0] as? Double == 2.5 && values[1] is NSNull && values[2] as? Double == 1.25)
            #expect(curve["special"] as? [[Int]] == [[1, 1]])
            #expect(curve["last"] as? [Double] == [30, 1.25])
        }
    }

    @Test("JSON lines are read before a table of the same run, and a table alone is read, too")
    func formats() throws {
        try withTemporaryFolder { folder in
            let logs = folder.appending(path: "logs")
            try RunFiles.write(["step,name,value,time", "1,both,1,1.0"], to: logs.appending(path: "one.csv"))
            try RunFiles.write([RunFiles.number("1", "both", step: 1)], to: logs.appending(path: "one.jsonl"))
            try RunFiles.write(["step,name,value,time", "1,table,1,1.0"], to: logs.appending(path: "two.csv"))
            try RunFiles.write(["gone"], to: logs.appending(path: "one.jsonl.discarded"))
            let page = folder.appending(path: "page.html")
            // A run that is named twice is shown once.
            let program = try Program.run(
                "report", folder.path, logs.appending(path: "one.jsonl").path, "--output", page.path)
            #expect(program.status == 0)
            let runs = try #require(try RunFiles.data(of: page)["runs"] as? [[String: Any]])
            #expect(runs.count == 2)
            #expect(runs.compactMap { ($0["label"] as? String)?.hasSuffix(": one") } == [true, false])
            let names = runs.map { ($0["curves"] as? [[String: Any]])?.map { $0["name"] as? String } }
            #expect(names == [["both"], ["table"]])
            #expect((runs[0]["curves"] as? [[String: Any]])?.first?["count"] as? Int == 1)
        }
    }

    @Test("images come from event files, and all else too if there is no other file")
    func eventFiles() throws {
        try withTemporaryFolder { folder in
            let logs = folder.appending(path: "run/logs")
            let logger = TensorBoardLogger()
            try logger.open(
                LoggedRun(name: "digits", folder: logs, start: .new, environment: EnvironmentDescription([:])) { _ in })
            let image = try LoggedImage(pixels: [0, 255], width: 2, height: 1, channels: 1)
            try logger.write([
                LogRecord(name: "loss", step: 1, time: 1, value: 0.5),
                LogRecord(name: "samples", step: 2, time: 1, value: .images([image])),
                LogRecord(name: "note", step: 2, time: 1, value: .text("a text")),
            ])
            try logger.close()
            let page = folder.appending(path: "page.html")
            func report(_ path: URL) throws -> [String: Any] {
                let program = try Program.run("report", path.path, "-o", page.path)
                #expect(program.status == 0 && program.errors.isEmpty)
                let runs = try #require(try RunFiles.data(of: page)["runs"] as? [[String: Any]])
                #expect(runs.count == 1)
                return try #require(runs.first)
            }
            func curves(_ run: [String: Any]) throws -> [String?] {
                try #require(run["curves"] as? [[String: Any]]).map { $0["name"] as? String }
            }
            let events = logs.appending(path: "tensorboard/digits")
            for path in [folder.appending(path: "run"), events, events.appending(path: "events.out.tfevents.helios")] {
                let run = try report(path)
                #expect(try curves(run) == ["loss"])
                let images = try #require((run["images"] as? [[String: Any]])?.first)
                #expect(images["name"] as? String == "samples")
                let entry = try #require((images["entries"] as? [[String: Any]])?.first)
                let value = try #require(entry["value"] as? [String: Any])
                #expect(entry["step"] as? Int == 2 && value["width"] as? Int == 2)
                #expect(value["png"] as? String == image.pngData().base64EncodedString())
            }
            try RunFiles.write(["step,name,value,time", "1,table,1,1.0"], to: logs.appending(path: "digits.csv"))
            var run = try report(logs)
            #expect(try curves(run) == ["table"])
            #expect((run["texts"] as? [Any])?.count == 1 && (run["images"] as? [Any])?.count == 1)
            try RunFiles.write([RunFiles.number("1", "lines", step: 1)], to: logs.appending(path: "digits.jsonl"))
            run = try report(logs)
            #expect(try curves(run) == ["lines"])
            #expect((run["texts"] as? [Any])?.count == 0 && (run["images"] as? [Any])?.count == 1)
        }
    }

    @Test("a million points become a page of less than a megabyte, in which every peak is left")
    func reduction() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "long.csv")
            var text = "step,name,value,time\n"
            // The thorough test has a million points; a debug build takes its time for them.
            let count = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] == nil ? 50_000 : 1_000_000
            for step in 0..<count { text += "\(step),loss,\(step == 12_345 ? 1e6 : 0.123456789),\(step).5\n" }
            try Data(text.utf8).write(to: file)
            let page = folder.appending(path: "page.html")
            #expect(try Program.run("report", file.path, "-o", page.path).status == 0)
            #expect(try Data(contentsOf: page).count < 1_000_000)
            let runs = try #require(try RunFiles.data(of: page)["runs"] as? [[String: Any]])
            let curve = try #require((runs[0]["curves"] as? [[String: Any]])?.first)
            #expect(curve["count"] as? Int == count)
            #expect((curve["steps"] as? [Int])?.count ?? 0 <= 2000)
            #expect((curve["high"] as? [Double])?.max() == 1e6)
        }
    }

    @Test("a broken end of a log is a warning, and stands on the page")
    func brokenEnd() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "digits.jsonl")
            try RunFiles.write([RunFiles.number("1", step: 1), "{\"step\":2,\"na"], to: file, end: "")
            let page = folder.appending(path: "page.html")
            let program = try Program.run("report", folder.path, "-o", page.path)
            #expect(program.status == 0)
            #expect(program.errors.hasPrefix("helios: \(file.path): the last line is incomplete"))
            let runs = try #require(try RunFiles.data(of: page)["runs"] as? [[String: Any]])
            #expect((runs[0]["problems"] as? [String])?.count == 1)
        }
    }

    @Test("errors say what was looked for, and what to do")
    func errors() throws {
        try withTemporaryFolder { folder in
            let nothing = try Program.run("report", folder.path)
            #expect(nothing.status == 2)
            #expect(nothing.errors.contains("no file .jsonl or .csv and no events file in \(folder.path)"))
            #expect(nothing.errors.contains("digits --log jsonl"))
            let file = folder.appending(path: "run.jsonl")
            try RunFiles.write([RunFiles.number("1", step: 1)], to: file)
            let target = folder.appending(path: "missing/page.html").path
            let unwritable = try Program.run("report", file.path, "-o", target)
            #expect(unwritable.status == 2)
            #expect(unwritable.errors.hasPrefix("helios: \(target): cannot be written"))
            #expect(
                try Program.run("report", "/nothing").errors == "helios: /nothing: there is no such file or folder\n")
            let empty = folder.appending(path: "empty.csv")
            try RunFiles.write(["step,name,value,time"], to: empty)
            let page = folder.appending(path: "page.html").path
            let withoutRecords = try Program.run("report", empty.path, "-o", page)
            #expect(withoutRecords.status == 2 && !FileManager.default.fileExists(atPath: page))
            #expect(withoutRecords.errors.contains("\(empty.path): nothing was logged yet"))
            // Beside another run, it is one without curves.
            #expect(try Program.run("report", empty.path, file.path, "-o", page).status == 0)
            let log = folder.appending(path: "run.log")
            try RunFiles.write(["text"], to: log)
            #expect(try Program.run("report", log.path).errors.contains("does not end in .jsonl or .csv"))
            #expect(try Program.run("report").status == 2)
        }
    }

    @Test("a name of one letter is a name, and a page does not replace a log")
    func outputs() throws {
        try withTemporaryFolder { folder in
            try RunFiles.write([RunFiles.number("1", step: 1)], to: folder.appending(path: "logs/run.jsonl"))
            let program = try Program.shell("cd '\(folder.path)' && exec \"$0\" report . -o p")
            #expect(program.status == 0)
            #expect(folder.filesBelow == ["logs/run.jsonl", "p"])
            for name in ["logs/run.jsonl", "x.csv", "events.out.tfevents.1"] {
                let refused = try Program.run("report", folder.path, "-o", folder.appending(path: name).path)
                #expect(refused.status == 2 && refused.errors.contains("a page does not replace"))
            }
        }
    }

    @Test(
        "a page replaces a page or an empty file, and nothing else of a run",
        arguments: [
            ("", true), ("<!DOCTYPE html>\n<html>", true), ("\u{FEFF}\n<!-- saved -->\n<HTML lang=\"en\">", true),
            ("PK\u{3}\u{4}", false), ("2026-11-29T12:00:00Z info training\n", false), ("<svg></svg>", false),
            ("<htmlish>", false),
        ])
    func replacedFiles(contents: String, isReplaced: Bool) throws {
        try withTemporaryFolder { folder in
            try RunFiles.write([RunFiles.number("1", step: 1)], to: folder.appending(path: "logs/run.jsonl"))
            let target = folder.appending(path: "digits.pth")
            try Data(contents.utf8).write(to: target)
            let program = try Program.run("report", folder.path, "-o", target.path)
            let text = try String(contentsOf: target, encoding: .utf8)
            if isReplaced {
                #expect(program.status == 0, "\(program.errors)")
                #expect(text.hasPrefix("<!DOCTYPE html>") && text.contains("train/loss"))
                // A page replaces itself.
                #expect(try Program.run("report", folder.path, "-o", target.path).status == 0)
            } else {
                #expect(program.status == 2)
                #expect(program.errors.contains("digits.pth: there is a file that is no HTML page"))
                #expect(text == contents)
            }
        }
    }

    @Test("steps that go back are a remark, since nothing is left out")
    func stepsBack() throws {
        try withTemporaryFolder { folder in
            try RunFiles.write(
                [2, 1, 3].map { RunFiles.number("1", step: $0) }, to: folder.appending(path: "run.jsonl"))
            let page = folder.appending(path: "page.html")
            let program = try Program.run("report", folder.path, "-o", page.path)
            #expect(program.status == 0 && program.errors.isEmpty)
            let run = try #require((try RunFiles.data(of: page)["runs"] as? [[String: Any]])?.first)
            #expect(run["problems"] as? [String] == [])
            #expect(run["remarks"] as? [String] == ["the steps of train/loss go back 1 time"])
        }
    }

    @Test("a run that is named by . or .. has the name of its folder")
    func relativeNames() throws {
        try withTemporaryFolder { folder in
            let run = folder.appending(path: "spirals")
            try RunFiles.write([RunFiles.number("1", step: 1)], to: run.appending(path: "logs/run.jsonl"))
            let page = folder.appending(path: "page.html")
            for (place, name) in [(run, "."), (run.appending(path: "logs"), ".."), (run, "./logs/../")] {
                let program = try Program.shell(
                    "cd '\(place.path)' && exec \"$0\" report \(name) -o '\(page.path)'")
                #expect(program.status == 0, "\(program.errors)")
                let runs = try #require(try RunFiles.data(of: page)["runs"] as? [[String: Any]])
                #expect(runs.map { $0["label"] as? String } == ["spirals"])
            }
        }
    }

    @Test("a byte order mark before the first line is no part of it", arguments: ["csv", "jsonl"])
    func byteOrderMark(format: String) throws {
        try withTemporaryFolder { folder in
            let lines =
                format == "csv"
                ? ["\u{FEFF}step,name,value,time", "1,train/loss,1,1.0"]
                : ["\u{FEFF}" + RunFiles.number("1", step: 1)]
            try RunFiles.write(lines, to: folder.appending(path: "run.\(format)"))
            let page = folder.appending(path: "page.html")
            let program = try Program.run("report", folder.path, "-o", page.path)
            #expect(program.status == 0 && program.errors.isEmpty, "\(program.errors)")
            let run = try #require((try RunFiles.data(of: page)["runs"] as? [[String: Any]])?.first)
            #expect((run["curves"] as? [[String: Any]])?.first?["count"] as? Int == 1)
        }
    }

    @Test("without a name the page is report.html in the current folder")
    func defaultName() throws {
        try withTemporaryFolder { folder in
            try RunFiles.write([RunFiles.number("1", step: 1)], to: folder.appending(path: "logs/run.jsonl"))
            let program = try Program.shell("cd '\(folder.path)' && exec \"$0\" report .")
            #expect(program.status == 0)
            #expect(program.output.hasPrefix("report: report.html, "))
            #expect(folder.filesBelow == ["logs/run.jsonl", "report.html"])
        }
    }

    @Test("the environment comes from the text log if no checkpoint has one")
    func environment() throws {
        try withTemporaryFolder { folder in
            let rule = String(repeating: "=", count: 64)
            try RunFiles.write([RunFiles.number("1", step: 1)], to: folder.appending(path: "run.jsonl"))
            try RunFiles.write(
                [rule, "Helios 0.2.0", "  libtorch  2.13.0", "  system    Linux 6.1", rule, "  later     no"],
                to: folder.appending(path: "run.log"))
            let page = folder.appending(path: "page.html")
            #expect(try Program.run("report", folder.path, "-o", page.path).status == 0)
            let runs = try #require(try RunFiles.data(of: page)["runs"] as? [[String: Any]])
            let expected = [["helios", "0.2.0"], ["libtorch", "2.13.0"], ["system", "Linux 6.1"]]
            #expect(runs[0]["environment"] as? [[String]] == expected)
        }
    }

    @Test("names from logs cannot become a part of the page")
    func hostileNames() throws {
        try withTemporaryFolder { folder in
            let page = try RunFiles.hostilePage(in: folder)
            let html = try String(contentsOf: page, encoding: .utf8)
            #expect(!html.contains("<script>alert"))
            #expect(html.components(separatedBy: "<script").count == 3)
            let runs = try #require(try RunFiles.data(of: page)["runs"] as? [[String: Any]])
            #expect((runs[0]["curves"] as? [[String: Any]])?.first?["name"] as? String == RunFiles.hostile)
        }
    }
}
