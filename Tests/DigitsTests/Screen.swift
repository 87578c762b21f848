import Foundation
import TestSupport
import Testing

/// A terminal of tmux, with the example running in it.
///
/// The server stays in the foreground. As a daemon it would keep what `Process` waits for, the end of a socket that its
/// children inherit, and no wait for the program that started it would end.
final class Screen {
    private let socket: String
    private let server: RunningProgram

    /// Whether there is a tmux that can keep its server in the foreground (3.2 or later).
    static let isAvailable =
        (try? Program.shell("tmux -V").output.firstMatch(of: /tmux (\d+)\.(\d+)/)).map { found in
            found.map { (Int($0.1) ?? 0, Int($0.2) ?? 0) >= (3, 2) } ?? false
        } ?? false

    /// - Parameters:
    ///   - command: a command of the shell, in which `"$0"` is the example.
    ///   - folder: where the server's socket is.
    init(columns: Int, rows: Int, _ command: String, in folder: URL) async throws {
        socket = folder.appending(path: "tmux").path
        server = try RunningProgram(
            URL(filePath: "/usr/bin/env"), ["tmux", "-u", "-D", "-f", "/dev/null", "-S", socket])
        let program = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "digits").path ?? ""
        for _ in 0..<100 where !FileManager.default.fileExists(atPath: socket) {
            try await Task.sleep(for: .milliseconds(50))
        }
        // The terminal stays when the program has ended, so that what is left can be read.
        let started = try tmux(
            "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)", "sh", "-c",
            "trap : INT; \(command); echo ended; sleep 600", program)
        #expect(started.status == 0, "\(started.errors)")
    }

    func text(styled: Bool = false) throws -> String {
        try tmux(["capture-pane", "-p"] + (styled ? ["-e"] : [])).output
    }

    func resize(columns: Int) throws { _ = try tmux("resize-window", "-x", "\(columns)", "-y", "24") }

    func interrupt() throws { _ = try tmux("send-keys", "C-c") }

    func close() throws {
        _ = try tmux("kill-server")
        _ = try server.end(within: .seconds(10))
    }

    /// Waits until the screen is as it should be; it is an issue if it never is. No thread waits.
    func expect(
        _ condition: (String) -> Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        for _ in 0..<200 {
            if condition(try text()) { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("the screen shows:\n\(try text())", sourceLocation: sourceLocation)
    }

    func expect(_ pattern: some RegexComponent, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await expect({ $0.contains(pattern) }, sourceLocation: sourceLocation)
    }

    private func tmux(_ arguments: String...) throws -> Program { try tmux(arguments) }

    private func tmux(_ arguments: [String]) throws -> Program {
        try RunningProgram(URL(filePath: "/usr/bin/env"), ["tmux", "-u", "-S", socket] + arguments).wait()
    }
}
