/// A model with any type of batch. This is the plug-ins' view of the model.
public protocol AnyModel: AnyObject {
    /// The name used in the file names of checkpoints and networks.
    var saveName: String { get set }
    /// The device of the model's tensors.
    var device: Device { get }

    /// The losses of the current batch, by name.
    var lossItems: [String: Tensor] { get set }
    /// The sums of the losses since the last validation, by name.
    var runningLosses: [String: Double] { get set }
    /// The values of the last batch's losses, by name.
    var lastLosses: [String: Double] { get }
    /// The results of validation, by name.
    var validationScores: Scores { get set }
    /// The results of testing, by name.
    var testScores: Scores { get set }
    /// The values by which others judge the model, by name.
    var metrics: Scores { get }

    /// Returns the state of the trained networks, without anything that only training needs.
    func trainedStateDict() throws -> StateDict

    /// Returns the networks among the stored properties, by the names of the properties (`blocks.0` in a list). A
    /// module without parameters and buffers, such as most losses, is not included.
    func namedNetworks() -> [(name: String, network: Module)]
    /// Returns the optimizers among the stored properties, by the names of the properties (`optimizers.0` in a list).
    func namedOptimizers() -> [(name: String, optimizer: Optimizer)]
}
