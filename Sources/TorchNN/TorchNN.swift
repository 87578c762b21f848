import Torch
open class Module: Stateful {
    public init() {}
    public func parameters() -> [Tensor] { [] }
    @discardableResult public func train() -> Self { self }
    @discardableResult public func eval() -> Self { self }
    public func stateDict() throws -> StateDict { [:] }
    public func loadStateDict(_ state: StateDict) throws {}
}
public func clipGradNorm_(_ parameters: [Tensor], maxNorm: Double) throws -> Tensor { try Tensor(0) }
