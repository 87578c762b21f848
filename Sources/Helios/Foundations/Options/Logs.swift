import Foundation

extension TrainerOptions {
    /// Where to write the log, and how often to log a batch.
    public struct Logs: Sendable, Hashable {
        /// A log file.
        public struct File: Sendable, Hashable {
            /// The folder of the file.
            public var folder: URL
            /// The name of the file without the extension; `nil` uses the model's `saveName`.
            public var name: String?
        }

        /// The log file; `nil` disables it.
        public var file: File?
        /// The interval of logging, in iterations. After each interval, `shouldLog` of `onTrainingBatchEnd` is true.
        /// `nil` disables logging of batches.
        public var every: Int?

        /// Writes no log file and logs no batches.
        public static let none = Logs(file: nil, every: nil)

        /// Writes a log file in a folder.
        ///
        /// - Parameters:
        ///   - name: the name of the run and of its file; `nil` uses the model's `saveName`.
        ///   - every: the number of iterations after which the losses, the learning rates, and the time of a step are
        ///     logged and `shouldLog` is true; `nil` disables this.
        public static func `in`(_ folder: URL, name: String? = nil, every: Int? = 10) -> Logs {
            Logs(file: File(folder: folder, name: name), every: every)
        }

        /// Writes no log file, but sets `shouldLog` to true at an interval of iterations.
        public static func every(_ iterations: Int) -> Logs {
            Logs(file: nil, every: iterations)
        }

        /// How an interval of steps was given to a trainer, for messages.
        func description(every: Int) -> String {
            file == nil ? ".every(\(every))" : ".in(…, every: \(every))"
        }
    }
}
