import Foundation
import TestSupport
import Testing

/// The live view as a terminal shows it; only where tmux, the terminal of these tests, is installed.
@Suite(
    .serialized, .enabled(if: Screen.isAvailable, "install tmux to test the live view on a terminal"),
    .enabled(if: ProcessInfo.processInfo.environment["HELIOS_UNFINISHED"] != nil, "see docs/status.md"))
struct LiveViewScreenTests {
    @Test("the view follows the window's width, and leaves nothing behind")
    func resizing() throws {
        try withTemporaryFolder { folder in
            let screen = try Screen(columns: 80, rows: 24, environment: "NO_COLOR=1", folder)
            defer { screen.close() }
            #expect(screen.shows(/epoch +\d+\/5000  [█░]+ +\d+%/))
            #expect(screen.shows(/\nloss +[\d.e-]+  [▁▂▃▄▅▆▇█]+\n/))
            #expect(!screen.text(styled: true).contains("\u{1B}["))
            for columns in [40, 20, 100] {
                screen.resize(columns: columns)
                // Nothing of the view in the old width is left: there is one of it.
                #expect(screen.shows { $0.matches(of: /(^|\n)memory +\d+ MB/).count == 1 && $0.contains("batch ") })
            }
            screen.interrupt()
            #expect(screen.shows { $0.contains("interrupted by SIGINT") && !$0.contains("memory") })
        }
    }

    @Test("a terminal that can do nothing has lines only")
    func dumb() throws {
        try withTemporaryFolder { folder in
            let screen = try Screen(columns: 80, rows: 24, environment: "TERM=dumb", folder)
            defer { screen.close() }
            #expect(screen.shows(/epoch 3\/5000: loss/))
            #expect(!screen.text().contains("memory"))
        }
    }
}

/// A tmux server of its own, with the example running in it.
private struct Screen {
    private let socket: String

    static var isAvailable: Bool { (try? Program.shell("command -v tmux").status) == 0 }

    init(columns: Int, rows: Int, environment: String, _ folder: URL) throws {
        socket = folder.appending(path: "tmux").path
        let program = Bundle.main.executableURL?.deletingLastPathComponent().appending(path: "digits").path ?? ""
        let start = try Program.shell(
            "tmux -u -f /dev/null -S '\(socket)' new-session -d -x \(columns) -y \(rows) "
                + "\"env \(environment) '\(program)' --epochs 5000 --folder '\(folder.path)'; sleep 60\" </dev/null >/dev/null 2>&1"
        )
        #expect(start.status == 0, "\(start.errors)")
    }

    func text(styled: Bool = false) -> String { tmux("capture-pane -p\(styled ? " -e" : "")") }
    func resize(columns: Int) { _ = tmux("resize-window -x \(columns) -y 24") }
    func interrupt() { _ = tmux("send-keys C-c") }
    func close() { _ = tmux("kill-server") }

    /// Waits until the screen is as it should be.
    func shows(_ condition: (String) -> Bool) -> Bool {
        for _ in 0..<150 {
            if condition(text()) { return true }
            usleep(100_000)
        }
        Issue.record("the screen shows:\n\(text())")
        return false
    }

    func shows(_ pattern: some RegexComponent) -> Bool { shows { $0.contains(pattern) } }

    private func tmux(_ command: String) -> String {
        (try? Program.shell("tmux -u -S '\(socket)' \(command)").output) ?? ""
    }
}
