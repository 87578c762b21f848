extension TrainerOptions {
    /// What to do if there is not enough memory for a training step.
    public enum OutOfMemory: Sendable, Hashable {
        /// The error ends training.
        case fails
        /// `minimize(_:on:)` repeats the step in parts of half the size, and halves them again if necessary, down to
        /// this number of samples in a part. The gradients are those of the whole batch, up to rounding.
        case splits(atLeast: Int = 1)

        /// `minimize(_:on:)` repeats the step in parts of half the size, and halves them again if necessary, down to
        /// single samples.
        public static var splits: OutOfMemory { .splits(atLeast: 1) }

        /// The least number of samples in a part; `nil` if steps are not repeated.
        var least: Int? { if case .splits(let least) = self { least } else { nil } }
    }
}
