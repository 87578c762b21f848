extension TrainerOptions {
    /// How many batches make one step of the optimizer.
    ///
    /// `Model.minimize` accumulates their gradients by itself. A step that is written by hand asks `Model.isStepDue`
    /// and `Model.batchesPerStep`. When training by iteration, an iteration is that many batches.
    public struct Accumulation: Sendable, Hashable {
        /// How many batches make a step; with a `schedule`, in the first epoch.
        public var batches: Int
        /// How many batches make a step from an epoch on, by the number of the epoch; empty if that never changes.
        public var schedule: [Int: Int] = [:]
        /// What happens to the batches at the end of an epoch that are fewer.
        public var remainder: AccumulationRemainder

        /// A number of batches; with 1, every batch makes a step.
        ///
        /// - Parameter remainder: what happens to the batches at the end of an epoch that are fewer.
        public static func batches(_ count: Int, remainder: AccumulationRemainder = .step) -> Accumulation {
            Accumulation(batches: count, remainder: remainder)
        }

        /// A number of batches that changes with the epochs, the first of which is 1.
        ///
        /// ```swift
        /// let trainer = try Trainer(.epochs(20), accumulation: .schedule([1: 8, 5: 4, 9: 1]))
        /// ```
        /// makes a step of 8 batches in the epochs 1 to 4, of 4 in the epochs 5 to 8, and of each batch from epoch 9 on.
        /// The training must count epochs.
        ///
        /// - Parameters:
        ///   - batches: how many batches make a step from each of these epochs on. Before the first of them, one does.
        ///   - remainder: what happens to the batches at the end of an epoch that are fewer.
        public static func schedule(
            _ batches: [Int: Int], remainder: AccumulationRemainder = .step
        ) -> Accumulation {
            Accumulation(batches: batches[1] ?? 1, schedule: batches, remainder: remainder)
        }

        /// How many batches make a step in an epoch, the first being 1.
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

/// What happens to the batches at the end of an epoch if they are fewer than a step takes.
///
/// Five batches with `accumulation: .batches(4)` leave a remainder of one.
public enum AccumulationRemainder: String, Sendable, Hashable, CaseIterable {
    /// They make a step of their own, whose gradient is the mean over those batches: `Model.batchesPerStep` is their
    /// number. When training by iteration, an iteration always takes the full number of batches, and the next epoch
    /// supplies the missing ones.
    case step
    /// They are left out: an epoch ends with the last batch that completes a step.
    case drop
}

/// The batches whose gradients add up to one step of the optimizer, as the batch that is being trained sees them.
struct AccumulationWindow: Equatable {
    /// How many batches there are.
    var batchCount = 1
    /// Whether the current batch is the last of them.
    var isComplete = true
}
