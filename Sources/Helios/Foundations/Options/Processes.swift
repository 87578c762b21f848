extension TrainerOptions {
    /// How many processes train together, and how long they wait for each other.
    ///
    /// A process in a job that torchrun, SLURM, or Kubernetes started trains with the other processes of that job.
    /// Without such a launcher, you can specify how many processes to start:
    /// ```swift
    /// let trainer = try Trainer(.epochs(20), processes: 2)
    /// ```
    /// The calling process becomes rank 0. The others run the same program with the same arguments from its beginning,
    /// and join in the first call of `fit`, `test`, or `predict`.
    public struct Processes: Sendable, Hashable, ExpressibleByIntegerLiteral {
        /// The number of processes. If `nil`, it is the number that a launcher started, or this process alone.
        public var count: Int?
        /// How long a process waits for the others before it considers them dead. Work that only rank 0 does, such as
        /// writing checkpoints, may take longer.
        public var timeout: Duration

        /// Creates the option from a number of processes.
        ///
        /// - Parameters:
        ///   - count: the number of processes; `nil` uses the number that a launcher started.
        ///   - timeout: how long a process waits for the others.
        public init(count: Int?, timeout: Duration = .seconds(60)) {
            self.count = count
            self.timeout = timeout
        }

        /// A number of processes, as in `processes: 2`.
        public init(integerLiteral value: Int) {
            self.init(count: value)
        }

        /// Uses as many processes as a launcher started, or this one alone.
        public static let launched = Processes(count: nil)

        /// Uses a number of processes.
        ///
        /// - Parameter timeout: how long a process waits for the others.
        public static func count(_ count: Int, timeout: Duration = .seconds(60)) -> Processes {
            Processes(count: count, timeout: timeout)
        }
    }
}
