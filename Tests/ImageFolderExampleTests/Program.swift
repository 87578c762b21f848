import Foundation
import TestSupport
import Testing

/// The built example, run as a user runs it, on small pictures.
struct Program {
    let status: Int32
    let output: String
    let errors: String

    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// What the last line says the accuracy is, in percent.
    var accuracy: Double? {
        lines.last?.wholeMatch(of: /validation accuracy: (\d+\.\d\d) %/).flatMap { Double($0.1) }
    }

    static func run(_ images: URL, _ folder: URL, _ arguments: String...) throws -> Program {
        try run(images, folder, arguments)
    }

    static func run(_ images: URL, _ folder: URL, _ arguments: [String]) throws -> Program {
        let executable = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "image-folder")
        let usual = ["--size", "64", "--batch-size", "8", "--device", "cpu"]
        let given = usual.indices.filter { $0.isMultiple(of: 2) && !arguments.contains(usual[$0]) }
        let options = given.flatMap { usual[$0...$0 + 1] } + arguments
        let end = try RunningProgram(
            executable, [images.path, "--folder", folder.path] + options, ["OMP_NUM_THREADS": "1"]
        ).end()
        return Program(
            status: end.status, output: try #require(String(data: end.output, encoding: .utf8)),
            errors: try #require(String(data: end.errors, encoding: .utf8)))
    }
}
