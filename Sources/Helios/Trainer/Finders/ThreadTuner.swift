/// Finds out whether the steps of a training are faster with one thread or with all.
///
/// A step is measured with each in turn, so that a machine that is busy for a while is so for both. The first steps do
/// not count: memory and kernels warm up.
struct ThreadTuner {
    private static let warmUpRounds = 2
    private static let rounds = 7

    private let counts: [Int]
    private var seconds: [[Double]]
    private var step = 0

    /// `nil` if there is nothing to choose from.
    init?(all: Int) {
        guard all > 1 else { return nil }
        counts = [1, all]
        seconds = [[], []]
    }

    /// The number of threads for the next step.
    var current: Int { counts[step % counts.count] }

    /// Notes how long a step took. Returns the choice once it is made.
    mutating func record(_ duration: Double) -> Choice? {
        let round = step / counts.count
        if round >= ThreadTuner.warmUpRounds { seconds[step % counts.count].append(duration) }
        step += 1
        guard step == (ThreadTuner.warmUpRounds + ThreadTuner.rounds) * counts.count else { return nil }
        let medians = seconds.map { $0.sorted()[$0.count / 2] }
        let isOneFaster = medians[0] <= medians[1]
        return Choice(
            threads: isOneFaster ? counts[0] : counts[1], seconds: isOneFaster ? medians[0] : medians[1],
            otherThreads: isOneFaster ? counts[1] : counts[0], otherSeconds: isOneFaster ? medians[1] : medians[0])
    }

    struct Choice {
        let threads: Int
        let seconds: Double
        let otherThreads: Int
        let otherSeconds: Double
    }
}

extension ThreadTuner.Choice: CustomStringConvertible {
    var description: String {
        "training with \(threads) thread\(threads == 1 ? "" : "s"): a step takes \(TextTable.duration(seconds)), with "
            + "\(otherThreads) it takes \(TextTable.duration(otherSeconds))"
    }
}
