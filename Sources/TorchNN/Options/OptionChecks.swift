import Torch

// MARK: Checks

/// Throws an error that names the layer or function, unless its options make sense.
func require(_ isValid: Bool, _ layer: String, _ message: @autoclosure () -> String) throws {
    guard isValid else {
        throw TorchError(kind: .other, operation: layer, message: message())
    }
}

/// Throws an error that names the layer or function and the shape of its input, unless the input fits.
func requireShape(_ fits: Bool, _ layer: String, _ input: Tensor, _ message: @autoclosure () -> String) throws {
    guard fits else { throw shapeError(layer, [input], message()) }
}

/// An error of kind `shape` that names the operation, and the types and shapes of its tensors.
func shapeError(_ operation: String, _ tensors: [Tensor], _ message: String) -> TorchError {
    TorchError(
        kind: .shape, operation: operation,
        inputs: tensors.map { "\($0.dtype)\($0.shape)" }.joined(separator: ", "), message: message)
}

/// The largest size that is accepted, so that arithmetic with sizes cannot overflow.
let largestOption = Int(Int32.max)

/// Throws unless every size of an option is from 1 to `largestOption`.
func requirePositive(_ sizes: [Int], _ layer: String, _ option: String) throws {
    try requireRange(1, sizes, layer, option)
}

/// Throws unless each option is from 1 to `largestOption`.
func requirePositive(_ options: KeyValuePairs<String, Int>, _ layer: String) throws {
    for (name, size) in options { try requireRange(1, [size], layer, name) }
}

/// Throws unless every size of an option is from 0 to `largestOption`.
func requireNotNegative(_ sizes: [Int], _ layer: String, _ option: String) throws {
    try requireRange(0, sizes, layer, option)
}

private func requireRange(_ least: Int, _ sizes: [Int], _ layer: String, _ option: String) throws {
    try require(
        sizes.allSatisfy { $0 >= least }, layer, "\(option) must be at least \(least), not \(sizeText(sizes))")
    try require(
        sizes.allSatisfy { $0 <= largestOption }, layer,
        "\(option) must be at most \(largestOption), not \(sizeText(sizes))")
}

/// Throws unless an option is a probability.
func requireProbability(_ p: Double, _ layer: String, _ option: String) throws {
    try require((0...1).contains(p), layer, "\(option) must be between 0 and 1, not \(p)")
}

extension Module {
    /// The layer's name in errors.
    static var layerName: String { String(describing: self) }
}

// MARK: How PyTorch, and so Python, writes options in a module's description

/// `(3,)`, `(3, 5)`.
func tupleText(_ sizes: [Int]) -> String {
    sizes.count == 1 ? "(\(sizes[0]),)" : "(\(sizes.map(String.init).joined(separator: ", ")))"
}

/// One number if all are that number, else a tuple: as most callers of PyTorch write sizes.
func sizeText(_ sizes: [Int]) -> String {
    if let first = sizes.first, sizes.allSatisfy({ $0 == first }) { return "\(first)" }
    return tupleText(sizes)
}

/// `True`, `False`.
func flagText(_ flag: Bool) -> String {
    flag ? "True" : "False"
}

/// A value, or `None`.
func optionText(_ value: (some Any)?) -> String {
    value.map { "\($0)" } ?? "None"
}
