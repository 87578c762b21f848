import Helios
import TestSupport

extension RandomTraining.Run {
    /// In what a training that was stopped differs from one that was not, to the bit; empty if in nothing.
    func differences(from whole: RandomTraining.Run) -> [String] {
        var result: [String] = []
        if losses != whole.losses { result.append("the losses differ") }
        if samples != whole.samples { result.append("the samples differ") }
        if outcome != whole.outcome { result.append("it was \(outcome), and not \(whole.outcome)") }
        // A training drawn at random may have options that it has no use for.
        let warnings = warnings.filter { !$0.contains("checkpoint before the end") && !$0.contains("stopAfter") }
        if !warnings.isEmpty { result.append("it warned: \(warnings)") }
        result += difference("the log", logLines, whole.logLines)
        result += difference("what was logged", records, whole.records)
        return result + stateDifferences(from: whole)
    }

    /// In what the state at the end differs.
    func stateDifferences(from whole: RandomTraining.Run) -> [String] {
        guard case .dictionary(let state) = end, case .dictionary(let expected) = whole.end else {
            return ["there is no state"]
        }
        let (values, wanted) = (flattened(state), flattened(expected))
        return Set(values.keys).union(wanted.keys).sorted()
            .filter { path in
                values[path] != wanted[path]
                    && !path.split(separator: "/").contains { RandomTraining.timesAndPaths.contains(String($0)) }
            }
            .map { "\($0) is \(values[$0] ?? "missing") instead of \(wanted[$0] ?? "missing")" }
    }

    /// Where two lists of lines part.
    private func difference(_ what: String, _ left: [String], _ right: [String]) -> [String] {
        guard left != right else { return [] }
        let position =
            zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(left.count, right.count)
        func line(_ list: [String]) -> String { list.indices.contains(position) ? list[position] : "nothing" }
        return ["line \(position + 1) of \(what) is '\(line(left))' instead of '\(line(right))'"]
    }
}
