import Foundation

/// One line that says how far something is: `epoch 3/20  60% |######....| 27/45  412.3/s  00:00  loss 0.1234`.
struct ProgressBar {
    let label: String
    let done: Int
    /// `nil` if unknown.
    let total: Int?
    /// Steps in a second.
    let rate: Double
    let details: [String]

    /// As many of its parts as fit into the columns: a number that is cut off would be another number.
    func text(columns: Int = .max) -> String {
        let start = start(columns: columns)
        var parts = [start]
        var room = columns - TerminalText.columns(of: start)
        for part in rest {
            room -= 2 + TerminalText.columns(of: part)
            guard room >= 0 else { break }
            parts.append(part)
        }
        return parts.joined(separator: "  ")
    }

    /// How much is done: with a bar, or a shorter one, if there is room.
    private func start(columns: Int) -> String {
        guard let total, total > 0 else { return "\(label)  \(done)" }
        let fraction = min(Double(done) / Double(total), 1)
        let (percent, count) = (String(format: "%3d%%", Int(fraction * 100)), "\(done)/\(total)")
        let width = min(columns - TerminalText.columns(of: "\(label)  \(percent) || \(count)"), 20)
        guard width >= 5 else { return "\(label)  \(percent) \(count)" }
        let filled = Int(fraction * Double(width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled)
        return "\(label)  \(percent) |\(bar)| \(count)"
    }

    private var rest: [String] {
        guard rate > 0 else { return details }
        var parts = [ProgressBar.rate(rate)]
        if let total { parts.append("\(ProgressBar.duration(Double(max(total - done, 0)) / rate)) left") }
        return parts + details
    }

    /// `412.3/s`, or `4.0 s each` if it is less than one in a second.
    static func rate(_ rate: Double) -> String {
        rate >= 1 ? String(format: "%.1f/s", rate) : String(format: "%.1f s each", 1 / rate)
    }

    /// `mm:ss`, or `h:mm:ss` from an hour on.
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds < 1e9 else { return "?" }
        let whole = Int(seconds.rounded())
        let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
        return hours > 0
            ? String(format: "%d:%02d:%02d", hours, minutes, rest) : String(format: "%02d:%02d", minutes, rest)
    }
}
