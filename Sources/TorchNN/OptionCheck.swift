import Torch

/// Throws an error that names the layer and the option, unless the option makes sense.
func require(_ isValid: Bool, _ layer: String, _ message: @autoclosure () -> String) throws {
    guard isValid else {
        throw TorchError(kind: .other, operation: layer, message: message())
    }
}

/// Sizes above this are refused, so that arithmetic with them cannot overflow.
let largestOption = Int(Int32.max)

/// Whether both sizes are between `least` and what arithmetic bears.
func isSize(_ pair: Pair, atLeast least: Int) -> Bool {
    pair.smaller >= least && pair.larger <= largestOption
}
