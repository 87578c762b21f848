import Torch

/// The options of the layers of a transformer's encoder and decoder.
struct TransformerOptions {
    let dModel: Int
    let nhead: Int
    let dimFeedforward: Int
    let dropout: Double
    let activation: (Tensor) throws -> Tensor
    let layerNormEps: Double
    let batchFirst: Bool
    let normFirst: Bool
    let bias: Bool

    func attention() -> MultiheadAttention {
        MultiheadAttention(dModel, nhead, dropout: dropout, bias: bias, batchFirst: batchFirst)
    }

    func network() -> (linear1: Linear, dropout: Dropout, linear2: Linear) {
        (Linear(dModel, dimFeedforward, bias: bias), Dropout(p: dropout), Linear(dimFeedforward, dModel, bias: bias))
    }

    func norm() -> LayerNorm {
        LayerNorm(dModel, eps: layerNormEps, bias: bias)
    }
}

/// A module of the same kind with the same state, made without a draw from the standard generator.
///
/// - Parameter stack: the name of the module that stacks the copies, for errors.
/// - Throws: `TorchError` if `make` makes another kind of module: a copy would silently lose what makes the difference.
func copy<Result>(of module: Module, _ stack: String, _ make: () throws -> Result) throws -> Result {
    let generator = try Generator.standard()
    let state = try generator.state()
    let result = try make()
    try generator.setState(state)
    guard let copy = result as? Module else { return result }
    let original = module.namedModules().map { ($0.name, ObjectIdentifier(type(of: $0.module))) }
    let made = copy.namedModules().map { ($0.name, ObjectIdentifier(type(of: $0.module))) }
    try require(
        original.elementsEqual(made) { $0 == $1 } && module.description == copy.description
            && module.namedModules().allSatisfy { $0.module.forwardHooks.isEmpty }, stack,
        "the layer cannot be copied, since it is a \(type(of: module)) with parts, options or hooks that a new "
            + "\(type(of: copy)) does not have: use \(stack)(numLayers:) { … }, whose closure makes each layer")
    try copy.loadStateDict(module.stateDict())
    for (parameter, original) in try zip(copy.parameters(), module.parameters()) {
        let converted = try parameter.detach().to(original.dtype).to(original.device).copy_(original.detach())
        try parameter.setData(converted)
        try parameter.requiresGrad_(original.requiresGrad)
    }
    copy.train(module.isTraining)
    return result
}

/// Whether a mask of numbers to be added is the causal one: 0 up to the diagonal, -∞ above.
func isCausalMask(_ mask: Tensor?) throws -> Bool {
    guard let mask, mask.dimensionCount == 2, mask.shape[0] == mask.shape[1] else { return false }
    return try mask.equal(
        Transformer.generateSquareSubsequentMask(mask.shape[0], dtype: mask.dtype, device: mask.device))
}
