/// A loss that is not a number, or infinite.
public struct NonFiniteLossError: DescribedError, Equatable {
    /// The loss' name in `Model.lossItems`.
    public let name: String
    /// Its value: NaN or infinite.
    public let value: Double
    /// The step in which it came up.
    public let state: TrainingState

    public static func == (left: NonFiniteLossError, right: NonFiniteLossError) -> Bool {
        left.name == right.name && left.value.bitPattern == right.value.bitPattern && left.state == right.state
    }

    public var description: String {
        "the loss '\(VisibleText.of(name))' is \(value) in iteration \(state.currentIteration) (epoch \(state.globalEpoch), batch "
            + "\(state.datasetIter + 1)): lower the learning rate, clip the gradients or look at the data of this batch"
    }
}
