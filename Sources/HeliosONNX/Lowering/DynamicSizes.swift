import Torch
import TorchScript

/// An input's dimension whose size may differ from call to call.
struct DynamicAxis {
    let input: Int
    let dim: Int
    let name: String
    /// The size in the traced call, and the one in a second call that shows what depends on it.
    let size: Int
    let other: Int
}

/// A number that depends on the sizes of dynamic axes.
enum SizeExpression {
    /// A sum of multiples.
    case sum(constant: Int, factors: [Int])
    /// A product of powers.
    case product(factor: Int, exponents: [Int])

    /// Finds how a number depends on the axes.
    ///
    /// - Parameters:
    ///   - base: the number in the traced call.
    ///   - changed: the number when one axis alone has its other size, for each axis.
    ///   - all: the number when all have it, by which the answer is checked.
    /// - Returns: `nil` if it is neither a sum nor a product.
    init?(base: Int, changed: [Int], all: Int, axes: [DynamicAxis]) {
        let steps = zip(changed, axes).map { ($0 - base, $1.other - $1.size) }
        if steps.allSatisfy({ $0 % $1 == 0 }) {
            let factors = steps.map { $0 / $1 }
            let constant = base - zip(factors, axes).reduce(0) { $0 + $1.0 * $1.1.size }
            if constant + zip(factors, axes).reduce(0, { $0 + $1.0 * $1.1.other }) == all {
                self = .sum(constant: constant, factors: factors)
                return
            }
        }
        // Sizes are multiplied when dimensions are joined: each is there once or not at all.
        let exponents = changed.map { $0 == base ? 0 : 1 }
        let divisor = zip(exponents, axes).reduce(1) { $1.0 == 1 ? $0 * $1.1.size : $0 }
        guard divisor != 0, base % divisor == 0 else { return nil }
        let factor = base / divisor
        guard
            all == zip(exponents, axes).reduce(factor, { $1.0 == 1 ? $0 * $1.1.other : $0 }),
            zip(changed.indices, axes).allSatisfy({ index, axis in
                changed[index] == (exponents[index] == 1 ? base / axis.size * axis.other : base)
            })
        else { return nil }
        self = .product(factor: factor, exponents: exponents)
    }
}
