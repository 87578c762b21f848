import Torch

/// Throws an error that names the layer and the option, unless the option makes sense.
func require(_ isValid: Bool, _ layer: String, _ message: @autoclosure () -> String) throws {
    guard isValid else {
        throw TorchError(kind: .other, operation: layer, message: message())
    }
}

/// Throws an error that names the layer and the shape of its input, unless the input fits.
func requireShape(_ fits: Bool, _ layer: String, _ input: Tensor, _ message: @autoclosure () -> String) throws {
    guard fits else {
        throw TorchError(
            kind: .shape, operation: layer, inputs: "\(input.dtype)\(input.shape)", message: message())
    }
}

/// Sizes above this are refused, so that arithmetic with them cannot overflow.
let largestOption = Int(Int32.max)

/// Throws unless every size is at least 1, and not beyond what arithmetic bears.
func requirePositive(_ sizes: [Int], _ layer: String, _ name: String) throws {
    try require(
        sizes.allSatisfy { (1...largestOption).contains($0) }, layer,
        "the \(name) must be positive and at most \(largestOption), not \(sizeText(sizes))")
}

/// Throws unless every size is at least 0, and not beyond what arithmetic bears.
func requireNotNegative(_ sizes: [Int], _ layer: String, _ name: String) throws {
    try require(
        sizes.allSatisfy { (0...largestOption).contains($0) }, layer,
        "the \(name) must be from 0 to \(largestOption), not \(sizeText(sizes))")
}

extension Module {
    /// The layer's name in errors.
    static var layerName: String { String(describing: self) }
}
