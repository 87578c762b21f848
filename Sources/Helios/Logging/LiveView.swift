import Foundation

/// Lays out what is known of a run into lines for a terminal:
///
/// ```
/// epoch         3/20  ███░░░░░░░░░░░░░░░░░░░░   13%  02:10 left
/// batch        27/45  █████████████░░░░░░░░░░   60%  412.3/s  13194 samples/s
/// loss        0.1234  ▇▅▄▃▃▂▂▁▁▁
/// accuracy    0.9712  best 0.9801
/// memory      312 MB
/// ```
/// A number is shown whole or not at all, since one that is cut off would be another number. In a narrow window the
/// bars become shorter, then what is behind them goes, then the bars, then the end of the names.
struct LiveView {
    private static let longestBar = 30
    private static let shortestBar = 5
    private let status: ProgressStatus
    private let columns: Int
    private let rows: Int
    private let valueColumns: Int
    private let nameColumns: Int

    /// - Parameters:
    ///   - columns: how many a line may take.
    ///   - rows: how many lines there may be.
    private init(_ status: ProgressStatus, columns: Int, rows: Int) {
        self.status = status
        self.columns = columns
        self.rows = rows
        let values = status.bars.map(LiveView.count) + status.losses.map { LiveView.number($0.value) }
        // Wide enough for most numbers, so that the columns stay where they are.
        valueColumns = (values.map(\.count) + [columns >= 40 ? 11 : 8]).max() ?? 0
        let names =
            status.bars.map(\.name) + status.losses.map(\.name) + status.scores.map(\.name) + ["memory"]
            + status.reservedNames
        let longest = names.map { TerminalText.columns(of: VisibleText.of($0)) }.max() ?? 0
        nameColumns = max(min(longest, columns >= 60 ? 24 : columns / 3, columns - valueColumns - 1), 0)
    }

    static func lines(_ status: ProgressStatus, columns: Int, rows: Int) -> [ViewLine] {
        LiveView(status, columns: columns, rows: rows).lines
    }

    private var lines: [ViewLine] {
        var lines = status.bars.map(line)
        let scores = status.scores.map(line)
        let end = status.memory.map { [line("memory", LiveView.size($0))] } ?? []
        // The bars and the losses first: what has no room is named by its number.
        let room = rows - lines.count - scores.count - end.count
        lines += status.losses.count <= room ? status.losses.map(line) : shortened(room)
        return Array((lines + scores + end).filter { $0.columns <= columns }.prefix(rows))
    }

    private func shortened(_ room: Int) -> [ViewLine] {
        guard room > 1 else { return status.losses.prefix(max(room, 0)).map(line) }
        let shown = status.losses.prefix(room - 1)
        var more = ViewLine()
        more.append(TerminalText.clipped("and \(status.losses.count - shown.count) more", columns: columns), .faint)
        return shown.map(line) + [more]
    }

    // MARK: Lines

    private func line(_ bar: ProgressStatus.Bar) -> ViewLine {
        var line = line(bar.name, LiveView.count(bar))
        if let fraction = bar.fraction {
            let percent = String(format: "%3d%%", Int(fraction * 100))
            let width = barColumns
            if width >= LiveView.shortestBar {
                let filled = Int(fraction * Double(width))
                line.append("  ")
                line.append(String(repeating: "█", count: filled), .accent)
                line.append(String(repeating: "░", count: width - filled), .faint)
            }
            append(percent, to: &line)
        }
        for detail in bar.details where !append(detail, to: &line) { break }
        return line
    }

    private func line(_ loss: ProgressStatus.Loss) -> ViewLine {
        var line = line(loss.name, LiveView.number(loss.value))
        let curve = Sparkline.text(loss.history, columns: barColumns)
        guard !curve.isEmpty else { return line }
        line.append("  ")
        line.append(curve, .accent)
        return line
    }

    private func line(_ score: ProgressStatus.Score) -> ViewLine {
        var line = line(score.name, score.value.map(LiveView.number) ?? "–")
        if let best = score.best { append("best \(LiveView.number(best))", to: &line) }
        return line
    }

    private func line(_ name: String, _ value: String) -> ViewLine {
        var line = ViewLine()
        let name = VisibleText.of(name)
        let isCut = TerminalText.columns(of: name) > nameColumns
        line.append(isCut ? TerminalText.clipped(name, columns: nameColumns - 1) + "…" : name, .faint)
        line.pad(to: nameColumns + 1 + valueColumns - value.count)
        line.append(value)
        return line
    }

    /// Appends a text behind two spaces if there is room for all of it.
    @discardableResult
    private func append(_ text: String, to line: inout ViewLine) -> Bool {
        guard line.columns + 2 + text.count <= columns else { return false }
        line.append("  \(text)")
        return true
    }

    /// The same for all lines: half of what is behind the numbers, so that there is room for the rate.
    private var barColumns: Int {
        let room = columns - nameColumns - 1 - valueColumns - "  ".count - "  100%".count
        return room < LiveView.shortestBar ? 0 : min(max(room / 2, LiveView.shortestBar), LiveView.longestBar)
    }

    // MARK: Numbers

    private static func count(_ bar: ProgressStatus.Bar) -> String {
        bar.total.map { "\(bar.done)/\($0)" } ?? "\(bar.done)"
    }

    private static func number(_ value: Double) -> String {
        String(format: "%.4g", value)
    }

    /// A number of bytes in units of 1000.
    static func size(_ bytes: Int) -> String {
        bytes < 999_500_000
            ? String(format: "%.0f MB", Double(bytes) / 1e6) : String(format: "%.2f GB", Double(bytes) / 1e9)
    }
}
