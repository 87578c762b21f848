import Torch

/// The layers of a stack that are all copies of one, weights and all.
///
/// - Parameters:
///   - original: the layer, which is not in the stack itself.
///   - stack: the name of the stack, for errors.
///   - make: makes a layer for the weights of the original.
func copies<Block>(
    _ numLayers: Int, of original: Block, _ stack: String, _ make: () throws -> Block
) throws -> [Block] {
    try requirePositive(["numLayers": numLayers], stack)
    // A layer that failed cannot be copied; it says itself what is wrong.
    guard let module = original as? Module, module.isValid else { return [original] }
    return try (0..<numLayers).map { _ in try copy(of: module, stack, make) }
}

/// The layers of a stack, each made by a closure and with the weights of the first.
///
/// - Parameter stack: the name of the stack, for errors.
func equalLayers<Block>(_ numLayers: Int, _ stack: String, _ make: () throws -> Block) throws -> [Block] {
    try requirePositive(["numLayers": numLayers], stack)
    let first = try make()
    guard numLayers > 1, let module = first as? Module, module.isValid else { return [first] }
    return try [first] + copies(numLayers - 1, of: first, stack, make)
}

/// A module of the same kind with the same state, made without a draw from the standard generator.
///
/// - Parameter stack: the name of the module that stacks the copies, for errors.
/// - Throws: `TorchError` if `make` makes another kind of module: a copy would silently lose what makes the difference.
private func copy<Result>(of module: Module, _ stack: String, _ make: () throws -> Result) throws -> Result {
    let generator = try Generator.standard()
    let state = try generator.state()
    let result = try make()
    try generator.setState(state)
    guard let copy = result as? Module else { return result }
    let original = module.namedModules().map { ($0.name, ObjectIdentifier(type(of: $0.module))) }
    let made = copy.namedModules().map { ($0.name, ObjectIdentifier(type(of: $0.module))) }
    try require(
        original.elementsEqual(made) { $0 == $1 } && module.description == copy.description
            && module.namedModules().allSatisfy { $0.module.forwardHooks.isEmpty && $0.module.forwardPreHooks.isEmpty },
        stack,
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
