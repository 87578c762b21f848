import Foundation
import TestSupport
import Testing

/// The built command, run as a user runs it.
struct Program {
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }

    /// Runs `helios` to its end.
    static func run(_ arguments: String...) throws -> Program {
        try withTemporaryFolder { folder in
            // Into files, since a pipe that nobody reads stops a program.
            let (output, errors) = (folder.appending(path: "output"), folder.appending(path: "errors"))
            for file in [output, errors] { try Data().write(to: file) }
            let process = Process()
            process.executableURL = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "helios")
            process.arguments = arguments
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: errors)
            try process.run()
            process.waitUntilExit()
            return Program(
                status: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
                errors: try String(contentsOf: errors, encoding: .utf8))
        }
    }

    /// What it printed with `--json`.
    func json() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }
}

/// A file that PyTorch wrote: Tests/Fixtures/torch_files.py makes it.
func fixtureFile(_ name: String) -> String {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/torch-files/\(name).pth")
        .standardizedFileURL.path
}
