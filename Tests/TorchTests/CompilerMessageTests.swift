import Foundation
import Testing

/// What the compiler says of code that does not compile: only that shows whether a user is told what to write.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil, "it starts a compiler"))
struct CompilerMessageTests {
    /// The errors of the statements, each in a function that has the tensors `x` and `y`.
    private func errors(_ statements: [String]) throws -> [String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let build = root.appending(path: ".build/debug")
        let source = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).swift")
        defer { try? FileManager.default.removeItem(at: source) }
        let functions = statements.enumerated().map { number, statement in
            "func f\(number)(_ x: Tensor, _ y: Tensor) throws { \(statement) }"
        }
        try Data((["import Torch"] + functions).joined(separator: "\n").utf8).write(to: source)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swiftc", "-typecheck", "-swift-version", "6", "-I", build.appending(path: "Modules").path,
            "-I", root.appending(path: "Sources/CTorch/include").path,
            "-Xcc", "-fmodule-map-file=\(build.path)/CTorch.build/module.modulemap", source.path,
        ]
        let output = Pipe()
        process.standardError = output
        try process.run()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").filter { $0.hasPrefix(source.path) && $0.contains(" error: ") }.map(
            String.init)
    }

    @Test("code that compiles has no errors, so that the others are the compiler's and not the test's")
    func right() throws {
        #expect(
            try errors([
                "_ = try x[0] + x[.all, 1]", "try x.set(y, at: 0)", "let d: Double = try x.item(); _ = d",
                "let n = 3; _ = try x.add(y, alpha: n).clamp(min: -n, max: 0.5) + Tensor.arange(n)",
                "let half: Float = 0.5; _ = try Tensor.full([2, 3], half).maskedFill(mask: x.gt(0), value: -Double.infinity)",
            ]) == [])
    }

    @Test("an assignment to a subscript is told to use set")
    func subscripts() throws {
        let assignments = ["x[0] = y", "try x[0, 1..<2] = y + 1", "try x[y] = y", "try x[0..<2] += y"]
        let found = try errors(assignments)
        #expect(found.count == assignments.count)
        for error in found { #expect(error.contains("write 'try x.set(value, at: index)'")) }
        let numbers = ["try x[0] = 1", "x[y] = 0.5", "let d: Double = try x[0]; _ = d"]
        let ofNumbers = try errors(numbers)
        #expect(ofNumbers.count == numbers.count)
        for error in ofNumbers { #expect(error.contains("write 'try x.set(number, at: index)'")) }
        for error in ofNumbers { #expect(error.contains("'try x[index].item()' to read one")) }
    }

    @Test("a value that could be an integer or a real number is asked for, not chosen")
    func ambiguousItem() throws {
        let found = try errors(["let half = try x.item() / 2; _ = half"])
        #expect(found.count == 1 && found.allSatisfy { $0.contains("ambiguous") })
    }
}
