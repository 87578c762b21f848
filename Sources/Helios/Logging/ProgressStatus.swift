/// What is known of a run at a moment, for the live view.
struct ProgressStatus {
    /// How far something is.
    struct Bar {
        let name: String
        let done: Int
        /// `nil` if unknown.
        let total: Int?
        /// How much is done, from 0 to 1; `nil` if unknown.
        let fraction: Double?
        /// Rate and remaining time, the most important first.
        let details: [String]
    }

    struct Loss {
        let name: String
        /// The mean since the view was drawn last.
        let value: Double
        /// The course of the run so far.
        let history: [Double]
    }

    struct Score {
        let name: String
        /// The score of the last validation; `nil` before the first of this run.
        let value: Double?
        /// The best so far, from runs that this one resumed too; `nil` if it is not known which of two is better.
        let best: Double?
    }

    var bars: [Bar] = []
    var losses: [Loss] = []
    var scores: [Score] = []
    /// The memory of the process, in bytes; `nil` if the system does not say.
    var memory: Int?
    /// Names of bars that are not shown now and will be: the columns do not move then.
    var reservedNames: [String] = []
}
