extension TrainerOptions {
    /// How many processes train together, and how long they wait for one another.
    ///
    /// A process of a job that torchrun, SLURM or Kubernetes started trains with the others of that job. Without such a
    /// launcher, a number starts them:
    /// ```swift
    /// let trainer = try Trainer(.epochs(20), processes: 2)
    /// ```
    /// The process that does so becomes rank 0. The others run the same program with the same arguments from its
    /// beginning, and meet it in the first call of `fit`, `test` or `predict`.
    public struct Processes: Sendable, Hashable, ExpressibleByIntegerLiteral {
        /// The number of processes; `nil` for as many as a launcher started, or this one alone.
        public var count: Int?
        /// How long a process waits for the others before it takes them for dead. What only rank 0 does (writing
        /// checkpoints, say) may take longer.
        public var timeout: Duration

        /// A number of processes.
        ///
        /// - Parameters:
        ///   - count: how many; `nil` for as many as a launcher started.
        ///   - timeout: how long a process waits for the others.
        public init(count: Int?, timeout: Duration = .seconds(60)) {
            self.count = count
            self.timeout = timeout
        }

        /// A number of processes, as in `processes: 2`.
        public init(integerLiteral value: Int) {
            self.init(count: value)
        }

        /// As many processes as a launcher started, or this one alone.
        public static let launched = Processes(count: nil)

        /// A number of processes.
        ///
        /// - Parameter timeout: how long a process waits for the others.
        public static func count(_ count: Int, timeout: Duration = .seconds(60)) -> Processes {
            Processes(count: count, timeout: timeout)
        }
    }
}
