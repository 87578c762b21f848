import Foundation
import TestSupport
import Testing

/// Logs that `helios report` reads, and what is in the pages that it writes.
enum RunFiles {
    static let hostile = "</script><script>alert(1)</script>"

    /// Writes a file of JSON lines into the folder of a run's logs.
    static func write(_ lines: [String], to file: URL, end: String = "\n") throws {
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data((lines.joined(separator: "\n") + end).utf8).write(to: file)
    }

    static func number(_ value: String, _ name: String = "train/loss", step: Int) -> String {
        "{\"step\":\(step),\"name\":\"\(name)\",\"value\":\(value),\"time\":\(1000 + step).25}"
    }

    /// The JSON document in a page.
    static func data(of page: URL) throws -> [String: Any] {
        let html = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(html.range(of: "<script type=\"application/json\" id=\"data\">"))
        let end = try #require(html.range(of: "</script>", range: start.upperBound..<html.endIndex))
        let json = try JSONSerialization.jsonObject(with: Data(html[start.upperBound..<end.lowerBound].utf8))
        return try #require(json as? [String: Any])
    }

    /// A page of a run in which every text is a piece of HTML.
    static func hostilePage(in folder: URL) throws -> URL {
        let name = hostile.replacing("/", with: "\\/")
        let logs = folder.appending(path: "<img src=x onerror=alert(1)>/logs/run.jsonl")
        try write(
            [
                number("1", name, step: 1), number("2", name, step: 2), number("3", "plain", step: 1),
                "{\"step\":1,\"name\":\"\(name)\",\"text\":\"\(name)<!--\",\"time\":1.0}",
                "{\"step\":1,\"name\":\"\(name)\",\"hyperparameters\":{\"values\":{\"\(name)\":\"\(name)\"},\"metrics\":{}}}",
                "{\"step\":1,\"name\":\"\(name)\",\"histogram\":{\"edges\":[0,1],\"counts\":[3]}}",
                "{\"step\":1,\"name\":\"\(name)\",\"confusion\":{\"classes\":[\"\(name)\",\"b\"],\"counts\":[1,2,3,4]}}",
                "{\"step\":1,\"name\":\"g\",\"graph\":[{\"path\":\"\(name)\",\"module\":\"\(name)\",\"parameters\":1}]}",
            ], to: logs)
        let page = folder.appending(path: "page.html")
        let run = logs.deletingLastPathComponent().deletingLastPathComponent().path
        #expect(try Program.run("report", run, "-o", page.path).status == 0)
        return page
    }
}
