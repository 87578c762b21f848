/// What only one plug-in of a trainer may do, since two would work against each other.
public struct PluginOverrides: OptionSet, Sendable, Hashable {
    public let rawValue: Int

    public init(rawValue: Int) {
        self.rawValue = rawValue
    }

    /// Changes the batches of the training.
    public static let trainingBatch = PluginOverrides(rawValue: 1)
    /// Changes the batches of the validation.
    public static let validationBatch = PluginOverrides(rawValue: 2)
    /// Changes the batches of the test.
    public static let testingBatch = PluginOverrides(rawValue: 4)
    /// Decides when training stops. (Any plug-in may vote for a stop; this one claims that no other does.)
    public static let trainingStop = PluginOverrides(rawValue: 8)
    /// Gives the networks other weights for validation, testing and prediction.
    public static let evaluationWeights = PluginOverrides(rawValue: 16)
}

extension PluginOverrides: CustomStringConvertible {
    private static let names: [(PluginOverrides, String)] = [
        (.trainingBatch, "the training batch"), (.validationBatch, "the validation batch"),
        (.testingBatch, "the test batch"), (.trainingStop, "the end of training"),
        (.evaluationWeights, "the weights of the evaluation"),
    ]

    public var description: String {
        PluginOverrides.names.filter { contains($0.0) }.map(\.1).joined(separator: ", ")
    }
}
