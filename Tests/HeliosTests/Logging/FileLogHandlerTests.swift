import Foundation
import Logging
import TestSupport
import Testing

@testable import Helios

@Suite struct FileLogHandlerTests {
    @Test("each message is a line with the time, the level and the metadata, behind what was there")
    func lines() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "logs/run.log")
            for message in ["first", "second"] {
                let handler = FileLogHandler(try RunLogFile(file))
                var logger = Logger(label: "test") { _ in handler }
                logger[metadataKey: "rank"] = "0"
                logger.warning("\(message)", metadata: ["a": "1"])
                logger.debug("not this")
            }
            let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 2)
            #expect(
                lines[0].contains(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z warning first a=1 rank=0$/), "\(lines[0])")
            #expect(lines[1].hasSuffix("warning second a=1 rank=0"))
        }
    }

    @Test("a message of several lines is indented, and control characters do not reach the file")
    func controlCharacters() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "run.log")
            let handler = FileLogHandler(try RunLogFile(file))
            Logger(label: "test") { _ in handler }.info("a\nb\r\u{1B}[2Jc")
            #expect(try String(contentsOf: file, encoding: .utf8).hasSuffix(" info a\n    b\\r\\u{1B}[2Jc\n"))
        }
    }

    @Test("a file that cannot be written is an error that names it", arguments: ["/dev/null/run.log", "/"])
    func unwritable(path: String) {
        let error = #expect(throws: LogFileError.self) { try RunLogFile(URL(filePath: path)) }
        #expect(error?.path == path)
    }
}
