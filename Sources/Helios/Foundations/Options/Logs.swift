import Foundation

extension TrainerOptions {
    /// Where the log goes, and how often a batch is logged.
    public struct Logs: Sendable, Hashable {
        /// A log file.
        public struct File: Sendable, Hashable {
            /// The folder that it is in.
            public var folder: URL
            /// Its name without the extension; `nil` for the model's `saveName`.
            public var name: String?
        }

        /// The log file; `nil` writes none.
        public var file: File?
        /// The interval of logs, in iterations: after each, `shouldLog` of `onTrainingBatchEnd` is true. `nil` disables
        /// it.
        public var every: Int?

        /// No log file, and no batch to log.
        public static let none = Logs(file: nil, every: nil)

        /// A log file in a folder.
        ///
        /// - Parameters:
        ///   - name: the name of the run, and of its file; `nil` for the model's `saveName`.
        ///   - every: after how many iterations the losses, the learning rates and the time of a step are logged, and
        ///     `shouldLog` is true; `nil` for never.
        public static func `in`(_ folder: URL, name: String? = nil, every: Int? = 10) -> Logs {
            Logs(file: File(folder: folder, name: name), every: every)
        }

        /// No log file, and a `shouldLog` that is true at an interval of iterations.
        public static func every(_ iterations: Int) -> Logs {
            Logs(file: nil, every: iterations)
        }

        /// How an interval of steps was given to a trainer, for messages.
        func description(every: Int) -> String {
            file == nil ? ".every(\(every))" : ".in(…, every: \(every))"
        }
    }
}
