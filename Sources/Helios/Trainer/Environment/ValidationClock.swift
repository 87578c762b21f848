/// Measures the time since the last validation, over all runs of a training.
struct ValidationClock {
    private let before: Duration
    private var begin = ContinuousClock.now

    /// A clock that runs.
    ///
    /// - Parameter before: what an earlier run had measured.
    init(after before: Duration = .zero) {
        self.before = before
    }

    /// Measures from now on.
    mutating func start() {
        begin = .now
    }

    /// The time so far.
    var time: Duration { before + (.now - begin) }
}
