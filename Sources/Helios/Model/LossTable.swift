/// The values of a model's losses, and those that are not known yet.
///
/// Reading a loss blocks until the device has finished the batch, and meanwhile the device gets no new work. So
/// losses on a device other than the processor stay there until they are needed, and are read in order, so that the
/// sums are the same to the bit.
struct LossTable {
    /// Sums since the last validation, and the values of the last batch, by name; of the batches that were read.
    var running: [String: Double] = [:]
    var last: [String: Double] = [:]

    /// The batches whose losses have not been read yet.
    private var pending: [Batch] = []
    /// What the batches had that were postponed and then read, until it is taken.
    private var read: [[String: Double]] = []
    /// What went wrong for a caller that could not throw.
    private var failure: (any Error)?

    private struct Batch {
        let losses: [String: Tensor]
        let state: TrainingState
        let allowsOverflow: Bool
    }

    /// How many batches have losses that have not been read yet.
    var pendingCount: Int { pending.count }

    /// Reads a batch's losses.
    ///
    /// - Parameter allowsOverflow: whether values may be infinite or NaN.
    /// - Throws: `NonFiniteLossError`; `ConfigurationError` for a loss that is not one real number.
    mutating func add(_ losses: [String: Tensor], state: TrainingState, allowsOverflow: Bool) throws {
        last.removeAll(keepingCapacity: true)
        for (name, loss) in losses {
            try LossTable.requireNumber(loss, name)
            let value = try loss.item().double
            guard value.isFinite || allowsOverflow else {
                throw NonFiniteLossError(name: name, value: value, state: state)
            }
            last[name] = value
            running[name, default: 0] += value
        }
    }

    /// Throws `ConfigurationError` for a loss that is not one real number.
    static func requireNumber(_ loss: Tensor, _ name: String) throws {
        let advice: String
        if loss.dtype.isComplex {
            advice = "real: take its absolute value, or its real part"
        } else if loss.count != 1 {
            advice = "one number: take its mean, or its sum"
        } else {
            return
        }
        throw ConfigurationError(
            "the loss '\(VisibleText.of(name))' is \(loss.dtype)\(loss.shape), and a loss must be \(advice)")
    }

    /// Keeps a batch's losses, without what they were computed by.
    mutating func postpone(_ losses: [String: Tensor], state: TrainingState, allowsOverflow: Bool) throws {
        // Now, while the batch that it belongs to is the one under way.
        for (name, loss) in losses { try LossTable.requireNumber(loss, name) }
        pending.append(
            Batch(losses: try losses.mapValues { try $0.detach() }, state: state, allowsOverflow: allowsOverflow))
    }

    /// Reads the losses that were postponed.
    ///
    /// - Throws: `NonFiniteLossError` for the first batch that has one; those after it are forgotten.
    mutating func readPostponed() throws {
        if let failure {
            self.failure = nil
            throw failure
        }
        let batches = pending
        pending.removeAll(keepingCapacity: true)
        for batch in batches {
            try add(batch.losses, state: batch.state, allowsOverflow: batch.allowsOverflow)
            read.append(last)
        }
    }

    /// The same for callers that cannot throw: the next `readPostponed` throws what went wrong.
    mutating func readPostponedWithoutThrowing() {
        guard !pending.isEmpty else { return }
        do { try readPostponed() } catch { failure = error }
    }

    /// Whether `readPostponed` has something to throw.
    var hasFailed: Bool { failure != nil }

    /// What was read since the last call of those that were postponed, a table for each batch.
    mutating func takeRead() -> [[String: Double]] {
        defer { read.removeAll(keepingCapacity: true) }
        return read
    }
}

/// A loss that is infinite or not a number.
public struct NonFiniteLossError: DescribedError, Equatable {
    /// The name of the loss in `Model.lossItems`.
    public let name: String
    /// Its value: NaN or infinite.
    public let value: Double
    /// The step in which the loss occurred.
    public let state: TrainingState

    public static func == (left: NonFiniteLossError, right: NonFiniteLossError) -> Bool {
        left.name == right.name && left.value.bitPattern == right.value.bitPattern && left.state == right.state
    }

    public var description: String {
        "the loss '\(VisibleText.of(name))' is \(value) in iteration \(state.currentIteration) (epoch \(state.globalEpoch), batch "
            + "\(state.datasetIter + 1)): lower the learning rate, clip the gradients or look at the data of this batch"
    }
}
