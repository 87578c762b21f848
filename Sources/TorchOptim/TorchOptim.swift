import Torch
open class Optimizer: Stateful {
    public func stateDict() throws -> StateDict { [:] }
    public func loadStateDict(_ state: StateDict) throws {}
}
public final class GradScaler: Stateful {
    public init(device: Device) throws {}
    public func stateDict() throws -> StateDict { [:] }
    public func loadStateDict(_ state: StateDict) throws {}
    public func unscale_(_ o: Optimizer) throws {}
}
