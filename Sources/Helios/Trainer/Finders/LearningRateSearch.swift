import Foundation

/// The result of a learning-rate range test: the loss at each rate, and the rate at which it falls fastest.
public struct LearningRateSearch: Sendable, Equatable {
    /// The spacing of the rates from the first to the last.
    public enum Spacing: Sendable, Hashable {
        /// Each rate is the previous one multiplied by a constant factor.
        case exponential
        /// Each rate is the previous one plus a constant.
        case linear
    }

    /// The learning rate of each step.
    public private(set) var rates: [Double] = []
    /// The smoothed loss after each step: the mean of the losses so far, in which older losses have less and less
    /// weight.
    public private(set) var losses: [Double] = []
    /// Whether the test ended early because the loss grew.
    public internal(set) var hasDiverged = false

    private let smoothing: Double
    private let divergence: Double?
    private var average = 0.0
    private var best = Double.infinity

    init(smoothing: Double, divergence: Double?) {
        self.smoothing = smoothing
        self.divergence = divergence
    }

    /// Notes a step. Returns whether to continue.
    mutating func add(rate: Double, loss: Double) -> Bool {
        let next = smoothing * average + (1 - smoothing) * loss
        let smoothed = next / (1 - pow(smoothing, Double(losses.count + 1)))
        guard smoothed.isFinite else {
            hasDiverged = true
            return false
        }
        average = next
        rates.append(rate)
        losses.append(smoothed)
        // For a best loss above zero, `divergence` times as much.
        if let divergence, losses.count > 1, smoothed > best + (divergence - 1) * abs(best) { hasDiverged = true }
        best = min(best, smoothed)
        return !hasDiverged
    }

    /// The rate at which the smoothed loss falls fastest from one step to the next; `nil` if it never falls, or if
    /// there are too few steps.
    ///
    /// It is computed from central differences, without the first tenth of the steps, in which the mean warms up, and
    /// without the last step. This is the rule of PyTorch Lightning's learning-rate finder (fast.ai's "steep" is nearly
    /// the same). Another common choice is a rate several times smaller than the one at the lowest loss; look at the
    /// curve.
    public var suggestion: Double? {
        let first = losses.count / 10
        let last = losses.count - 1
        guard last - first >= 2 else { return nil }
        let window = Array(losses[first..<last])
        let slopes = window.indices.map { position in
            let (left, right) = (max(position - 1, 0), min(position + 1, window.count - 1))
            return (window[right] - window[left]) / Double(right - left)
        }
        guard let steepest = slopes.indices.min(by: { slopes[$0] < slopes[$1] }), slopes[steepest] < 0 else {
            return nil
        }
        return rates[first + steepest]
    }

    /// The rate of each step.
    static func rates(from first: Double, to last: Double, steps: Int, _ spacing: Spacing) -> [Double] {
        (0..<steps).map { step in
            let part = Double(step) / Double(steps - 1)
            return switch spacing {
            case .exponential: first * pow(last / first, part)
            case .linear: first + (last - first) * part
            }
        }
    }
}

extension LearningRateSearch: CustomStringConvertible {
    private static let lineCount = 20
    private static let barWidth = 40

    /// The curve as a table with a bar for each loss, and the suggestion.
    public var description: String {
        guard let lowest = losses.min(), let end = losses.firstIndex(of: lowest) else {
            return "no learning rate was tried: the first loss is not finite"
        }
        // What comes after the lowest may be so high that nothing else could be told apart.
        let highest = (end == 0 ? losses : Array(losses[...end])).max() ?? lowest
        let stride = (losses.count - 1) / LearningRateSearch.lineCount + 1
        let shown = losses.indices.filter { index in
            index % stride == 0 || index == losses.count - 1 || rates[index] == suggestion
        }
        let rows = shown.map { index in
            [text(rates[index]), String(format: "%.4g", losses[index])]
        }
        let lines = TextTable(["learning rate", "loss"], rows).description.split(separator: "\n").map(String.init)
        let bars = shown.map { index in
            let part = highest > lowest ? min((losses[index] - lowest) / (highest - lowest), 1) : 0
            let bar = String(repeating: "#", count: 1 + Int(part * Double(LearningRateSearch.barWidth - 1)))
            return rates[index] == suggestion ? "\(bar) <- falls fastest" : bar
        }
        let table = zip(lines, [""] + bars).map { $1.isEmpty ? $0 : "\($0)  \($1)" }
        return (table + [conclusion]).joined(separator: "\n")
    }

    private var conclusion: String {
        let end = hasDiverged ? ", where the loss diverged" : ""
        let steps = "\(losses.count) step\(losses.count == 1 ? "" : "s") to \(rates.last.map(text) ?? "none")\(end)"
        guard let suggestion else {
            return "no suggestion after \(steps): the loss never falls, or there are too few steps; try other rates"
        }
        return "suggested learning rate: \(text(suggestion)) (\(steps))"
    }

    private func text(_ rate: Double) -> String {
        String(format: "%.2e", rate)
    }
}
