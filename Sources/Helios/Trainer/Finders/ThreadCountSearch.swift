/// The result of a search for the best number of threads.
public struct ThreadCountSearch: Sendable, Equatable {
    /// A number of threads that was tried.
    public struct Attempt: Sendable, Equatable {
        /// The number of threads.
        public let threadCount: Int
        /// The duration of a training step in seconds: the median of those that were measured.
        public let secondsPerStep: Double
    }

    /// All numbers that were tried, fewest threads first.
    public let attempts: [Attempt]

    /// The number of threads with the fastest steps; if two are equally fast, the smaller one.
    public var suggestion: Int {
        attempts.min { $0.secondsPerStep < $1.secondsPerStep }?.threadCount ?? 1
    }
}

extension ThreadCountSearch: CustomStringConvertible {
    /// A table of all numbers that were tried, and the suggestion.
    public var description: String {
        let rows = attempts.map { ["\($0.threadCount)", TextTable.duration($0.secondsPerStep)] }
        return """
            \(TextTable(["threads", "a step takes"], rows))
            suggested number of threads: \(suggestion)
            """
    }
}

/// Measures steps with each of several numbers of threads in turn, so that a machine that is busy for a while is so for
/// all of them. The first steps do not count, since memory and kernels warm up in them.
struct ThreadTimer {
    static let warmUpRounds = 2

    /// How many steps it takes in all.
    let totalSteps: Int

    private let counts: [Int]
    private var seconds: [[Double]]
    private var step = 0

    /// - Parameters:
    ///   - limit: the greatest number of threads; one, two, four and so on are tried up to it, and it too.
    ///   - rounds: how many steps are measured with each.
    init(upTo limit: Int, rounds: Int) {
        var counts: [Int] = []
        var count = 1
        while count < limit {
            counts.append(count)
            count *= 2
        }
        self.counts = counts + [limit]
        totalSteps = (ThreadTimer.warmUpRounds + rounds) * self.counts.count
        seconds = self.counts.map { _ in [] }
    }

    /// The number of threads for the next step.
    var current: Int { counts[step % counts.count] }

    /// Notes how long a step took.
    mutating func record(_ duration: Double) {
        if step / counts.count >= ThreadTimer.warmUpRounds { seconds[step % counts.count].append(duration) }
        step += 1
    }

    /// What was found, when all steps are over or before.
    var search: ThreadCountSearch {
        let attempts = zip(counts, seconds).compactMap { count, seconds in
            seconds.isEmpty
                ? nil
                : ThreadCountSearch.Attempt(
                    threadCount: count, secondsPerStep: seconds.sorted()[seconds.count / 2])
        }
        return ThreadCountSearch(attempts: attempts)
    }
}
