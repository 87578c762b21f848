import Foundation
import Testing

/// The Python that comes with PyTorch in .libtorch.
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
    /// A script that fails is an issue, and throws.
    public static func run(_ script: String, _ arguments: [String]) throws -> [String] {
        try run([root.appending(path: "Tests/Fixtures/\(script)").path] + arguments)
    }

    /// The lines that Python prints.
    private static func run(_ arguments: [String]) throws -> [String] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-W", "ignore", "-B"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(
            ["PYTHONPATH": wheel?.path ?? "", "PYTHONIOENCODING": "utf-8"]
        ) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let lines = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            .split(separator: "\n").map(String.init)
        let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(complaint)")
        return lines
    }
}
