/// A model, whatever its batches are: what plug-ins see of it.
public protocol AnyModel: AnyObject {
    /// The name in the files of checkpoints and networks.
    var saveName: String { get set }
    /// Where the model's tensors lie.
    var device: Device { get }

    /// The losses of the current batch, by name.
    var lossItems: [String: Tensor] { get set }
    /// Sums of the losses since the last validation, by name.
    var runningLosses: [String: Double] { get set }
    /// The values of the last batch's losses, by name.
    var lastLosses: [String: Double] { get }
    /// What validation found, by name.
    var validationScores: Scores { get set }
    /// What testing found, by name.
    var testScores: Scores { get set }
    /// What the model is judged by, by name.
    var metrics: Scores { get }

    /// The state of the trained networks, without anything that only training needs.
    func trainedStateDict() throws -> StateDict

    /// The networks among the stored properties, by the property's name (`blocks.0` in a list). A module without
    /// parameters and buffers, such as most losses, does not count.
    func namedNetworks() -> [(name: String, network: Module)]
    /// The optimizers among the stored properties, by the property's name (`optimizers.0` in a list).
    func namedOptimizers() -> [(name: String, optimizer: Optimizer)]
}
