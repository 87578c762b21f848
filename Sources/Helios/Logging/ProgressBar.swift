import Foundation

/// One line that says how far something is: `epoch 3/20  60% |######....| 27/45  412.3/s  00:00  loss 0.1234`.
struct ProgressBar {
    let label: String
    let done: Int
    /// nil where nobody knows.
    let total: Int?
    /// Steps in a second.
    let rate: Double
    let details: [String]

    private static let width = 20

    var text: String {
        var parts = [label]
        if let total, total > 0 {
            let fraction = min(Double(done) / Double(total), 1)
            let filled = Int(fraction * Double(ProgressBar.width))
            let bar =
                String(repeating: "#", count: filled) + String(repeating: ".", count: ProgressBar.width - filled)
            parts.append(String(format: "%3d%%", Int(fraction * 100)) + " |\(bar)| \(done)/\(total)")
        } else {
            parts.append("\(done)")
        }
        if rate > 0 {
            parts.append(rate >= 1 ? String(format: "%.1f/s", rate) : String(format: "%.1f s each", 1 / rate))
            if let total { parts.append("\(ProgressBar.duration(Double(max(total - done, 0)) / rate)) left") }
        }
        return (parts + details).joined(separator: "  ")
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
