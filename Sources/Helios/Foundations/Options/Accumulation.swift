extension TrainerOptions {
    /// The number of batches for each optimizer step.
    ///
    /// `Model.minimize` accumulates their gradients automatically. If you write the step by hand, use `Model.isStepDue`
    /// and `Model.batchesPerStep`. When training by iteration, an iteration consists of this many batches.
    public struct Accumulation: Sendable, Hashable {
        /// The number of batches for each step; with a `schedule`, the number in the first epoch.
        public var batches: Int
        /// The number of batches for each step from a given epoch on, by the number of the epoch; empty if it never
        /// changes.
        public var schedule: [Int: Int] = [:]
        /// What to do with the remaining batches at the end of an epoch.
        public var remainder: AccumulationRemainder

        /// Uses a fixed number of batches for each step. With 1, every batch makes a step.
        ///
        /// - Parameter remainder: what to do with the remaining batches at the end of an epoch.
        public static func batches(_ count: Int, remainder: AccumulationRemainder = .step) -> Accumulation {
            Accumulation(batches: count, remainder: remainder)
        }

        /// Uses a number of batches that changes with the epoch. The first epoch is 1.
        ///
        /// ```swift
        /// let trainer = try Trainer(.epochs(20), accumulation: .schedule([1: 8, 5: 4, 9: 1]))
        /// ```
        /// This example makes a step from 8 batches in epochs 1 to 4, from 4 batches in epochs 5 to 8, and from each
        /// batch from epoch 9 on. The training must count epochs.
        ///
        /// - Parameters:
        ///   - batches: the number of batches for each step, from each of these epochs on. Before the first of them,
        ///     every batch makes a step.
        ///   - remainder: what to do with the remaining batches at the end of an epoch.
        public static func schedule(
            _ batches: [Int: Int], remainder: AccumulationRemainder = .step
        ) -> Accumulation {
            Accumulation(batches: batches[1] ?? 1, schedule: batches, remainder: remainder)
        }

        /// Returns the number of batches for each step in an epoch. The first epoch is 1.
        public func batches(inEpoch epoch: Int) -> Int {
            schedule.filter { $0.key <= epoch }.max { $0.key < $1.key }?.value ?? (schedule.isEmpty ? batches : 1)
        }

        /// The greatest number of batches that make a step.
        var most: Int { max(batches, schedule.values.max() ?? 1) }

        /// The least number of batches that make a step.
        var least: Int { min(batches, schedule.values.min() ?? batches) }

        /// For messages: how a trainer is given it.
        var text: String {
            guard !schedule.isEmpty else { return ".batches(\(batches))" }
            return ".schedule(["
                + schedule.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
                .joined(separator: ", ") + "])"
        }
    }
}

/// What to do with the batches at the end of an epoch if they are fewer than a step takes.
///
/// Five batches with `accumulation: .batches(4)` leave a remainder of one.
public enum AccumulationRemainder: String, Sendable, Hashable, CaseIterable {
    /// They make a step of their own, whose gradient is the mean over these batches, and `Model.batchesPerStep` is
    /// their number. When training by iteration, an iteration always takes the full number of batches, and the next
    /// epoch supplies the missing ones.
    case step
    /// They are skipped. An epoch ends with the last batch that completes a step.
    case drop
}

/// The batches whose gradients add up to one step of the optimizer, as the batch that is being trained sees them.
struct AccumulationWindow: Equatable {
    /// How many batches there are.
    var batchCount = 1
    /// Whether the current batch is the last of them.
    var isComplete = true
}
