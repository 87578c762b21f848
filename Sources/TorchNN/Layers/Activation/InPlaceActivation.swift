import Torch

/// What the activations share that can write into their input.
public class InPlaceActivation: Module {
    public let inPlace: Bool

    /// - Parameter inPlace: whether the input itself is changed, which saves memory.
    public init(inPlace: Bool = false) {
        self.inPlace = inPlace
    }

    public override var extraDescription: String { inPlace ? "inplace=True" : "" }

    /// Options as PyTorch prints them, with `inplace` behind them where it is set.
    final func text(_ options: String) -> String {
        inPlace ? "\(options), inplace=True" : options
    }
}
