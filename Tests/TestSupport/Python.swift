import Foundation
import Testing

/// The Python 3 of this machine, with the PyTorch wheel that scripts/bootstrap installs.
public enum Python {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        .standardizedFileURL

    private static let wheel: URL? = {
        let folder = root.appending(path: ".libtorch")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasPrefix("wheel-") }.max().map { folder.appending(path: $0) }
    }()

    /// Whether the wheel is for this Python: importing it would take seconds.
    public static let hasTorch: Bool = {
        guard let wheel else { return false }
        let program = """
            import sysconfig, pathlib
            print(pathlib.Path("\(wheel.path)/torch/_C" + sysconfig.get_config_var("EXT_SUFFIX")).exists())
            """
        return (try? run(["-c", program])) == ["True"]
    }()

    /// The lines that a script of Tests/Fixtures prints.
    ///
    /// - Parameter answer: what is done when the script has printed its first line and waits for one; that line is not
    ///   among the result.
    public static func run(
        _ script: String, _ arguments: [String], answer: (() throws -> Void)? = nil
    ) throws -> [String] {
        try run([root.appending(path: "Tests/Fixtures/\(script)").path] + arguments, answer: answer)
    }

    private static func run(_ arguments: [String], answer: (() throws -> Void)? = nil) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-W", "ignore", "-B"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PYTHONPATH": wheel?.path ?? "", "PYTHONIOENCODING": "utf-8"]
        ) { $1 }
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        if let answer {
            var byte = output.fileHandleForReading.readData(ofLength: 1)
            while !byte.isEmpty, byte != Data("\n".utf8) { byte = output.fileHandleForReading.readData(ofLength: 1) }
            // The script ends without its line where the answer fails.
            defer { try? input.fileHandleForWriting.close() }
            if !byte.isEmpty {
                try answer()
                try input.fileHandleForWriting.write(contentsOf: Data("\n".utf8))
            }
        }
        let lines = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(complaint)")
        return lines
    }
}
