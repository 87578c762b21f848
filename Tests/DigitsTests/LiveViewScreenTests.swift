import Foundation
import TestSupport
import Testing

/// The live view as a terminal shows it; only if tmux, the terminal of these tests, is installed.
@Suite(.serialized, .enabled(if: Screen.isAvailable, "install tmux 3.2 or later to test the live view on a terminal"))
struct LiveViewScreenTests {
    private func withScreen(
        columns: Int = 80, _ command: String, _ body: (Screen) async throws -> Void
    ) async throws {
        // The path of a socket may have 100 bytes or so.
        let folder = URL(filePath: "/tmp/helios-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let screen = try await Screen(
            columns: columns, rows: 24, command.replacing("FOLDER", with: folder.path), in: folder)
        let result: Result<Void, any Error>
        do { result = .success(try await body(screen)) } catch { result = .failure(error) }
        try screen.close()
        try result.get()
    }

    /// Where the view begins, if there is one on the screen, below everything else, and nothing of another.
    private func startOfView(_ text: String) -> Int? {
        let lines = text.split(separator: "\n")
        // Lines that stay have a colon behind the number of the epoch.
        let starts = lines.indices.filter { lines[$0].hasPrefix("epoch ") && !lines[$0].contains(/^epoch \d+\/\d+:/) }
        guard starts.count == 1, let start = starts.first else { return nil }
        let names = lines[start...].map { $0.prefix { $0 != " " && $0 != "…" } }
        return names.count == 5 && names[4] == "memory" && lines[..<start].allSatisfy { !$0.hasPrefix("memory ") }
            ? start : nil
    }

    @Test("the view follows the window's width, and leaves nothing behind")
    func resizing() async throws {
        try await withScreen("NO_COLOR=1 \"$0\" --epochs 5000 --folder FOLDER") { screen in
            try await screen.expect(/epoch +\d+\/5000  [█░]+ +\d+%/)
            try await screen.expect(/\nloss +[\d.e-]+  [▁▂▃▄▅▆▇█]+\n/)
            try await screen.expect(/\naccuracy +0\.\d+  best 0\.\d+\n/)
            #expect(!(try screen.text(styled: true)).contains("\u{1B}["))
            for columns in [40, 20, 100] {
                try screen.resize(columns: columns)
                try await screen.expect { startOfView($0) != nil }
            }
            try screen.interrupt()
            try await screen.expect { $0.contains("interrupted by SIGINT") && !$0.contains("memory") }
        }
    }

    @Test("what a program prints scrolls above the view, and does not tear it")
    func printing() async throws {
        // Until the terminal closes: the screen may be read late on a busy machine.
        let printing = "(n=0; while sleep 0.02; do n=$((n + 1)); echo \"printed $n\"; done) &"
        try await withScreen("\(printing) \"$0\" --epochs 5000 --folder FOLDER") { screen in
            try await screen.expect { text in
                // Nothing but whole lines above the view, of which there have been more than the screen has room for.
                guard text.contains(/printed \d{2,}\n/), let start = startOfView(text) else { return false }
                return text.split(separator: "\n")[..<start].allSatisfy {
                    $0.contains(/^printed \d+$|^epoch \d+\/5000: loss .* s$/)
                }
            }
        }
    }

    @Test("a terminal that can do nothing has lines only")
    func dumb() async throws {
        try await withScreen("TERM=dumb \"$0\" --epochs 5000 --folder FOLDER") { screen in
            try await screen.expect(/epoch \d+\/5000: loss/)
            #expect(!(try screen.text()).contains("memory"))
        }
    }

    @Test("a second interruption ends the program at once, and the terminal is as it was")
    func secondInterruption() async throws {
        try await withScreen("\"$0\" --epochs 5000 --folder FOLDER") { screen in
            try await screen.expect { startOfView($0) != nil }
            try screen.interrupt()
            try screen.interrupt()
            try await screen.expect { $0.contains("ended") && !$0.contains("memory") }
        }
    }
}
