extension TrainerOptions.Validation {
    /// When validations run.
    ///
    /// ```swift
    /// let trainer = try Trainer(.epochs(20), validation: .every(.fraction(0.25), stopAfter: 8))
    /// ```
    public enum Interval: Sendable, Hashable {
        /// After each number of epochs or iterations, whichever the length counts.
        case units(Int)
        /// After each part of the batches of an epoch, and at its end: with 0.25, four times in each epoch. A part is
        /// over with the first batch by which at least so many batches are; a number above 0 and of at most 1. The
        /// training must count epochs, and its data must have a length.
        case fraction(Double)
        /// After each number of iterations of the whole training, also within an epoch. When training by epoch, each
        /// batch is an iteration.
        case iterations(Int)
        /// After the first batch, or iteration, that ends this long after the last validation or the beginning of the
        /// training. Validations do not count, nor does the time between a stop and the run that resumes. Of several
        /// processes, the clock of rank 0 decides.
        case time(Duration)

        /// For messages: how a trainer is given it.
        var text: String {
            switch self {
            case .units(let count): ".every(\(count))"
            case .fraction(let part): ".every(.fraction(\(part)))"
            case .iterations(let count): ".every(.iterations(\(count)))"
            case .time(let time): ".every(.time(\(time)))"
            }
        }

        /// Why it makes no sense in a training that counts these units; `nil` if it does.
        func fault(in unit: TrainingUnit) -> String? {
            switch self {
            case .units(let count), .iterations(let count):
                count < 1 ? "needs a number that is at least 1" : nil
            case .fraction(let part) where !(part > 0 && part <= 1):
                "needs a part of an epoch that is greater than 0 and at most 1"
            case .fraction:
                unit == .epoch
                    ? nil
                    : "counts the batches of an epoch, and the training counts iterations: use .every(n), which counts "
                        + "those too"
            case .time(let time): time > .zero ? nil : "needs a time that is positive"
            }
        }

        /// How often a training validates.
        ///
        /// - Parameters:
        ///   - count: how many units it has.
        ///   - iterations: how many iterations it has; `nil` if that is not known.
        /// - Returns: `nil` if that is not known.
        func cycles(in count: Int, iterations: Int?) -> Int? {
            switch self {
            case .units(let units): return count / units
            case .iterations(let interval): return iterations.map { $0 / interval }
            case .fraction(let part):
                guard let iterations else { return nil }
                let batches = iterations / count
                return count * (1...max(batches, 1)).count { Self.isPartOver(part, with: $0, of: batches) }
            case .time: return nil
            }
        }

        /// Whether a part of an epoch, or the epoch, is over with a batch and was not before it.
        ///
        /// - Parameters:
        ///   - batch: the number of the batch, the first being 1.
        ///   - count: how many batches the epoch has.
        static func isPartOver(_ part: Double, with batch: Int, of count: Int) -> Bool {
            guard batch < count else { return true }
            // Rounding must not let 3 of 10 batches be less than three tenths.
            func parts(_ batch: Int) -> Double { (Double(batch) / (part * Double(count)) + 1e-9).rounded(.down) }
            return parts(batch) > parts(batch - 1)
        }
    }
}
