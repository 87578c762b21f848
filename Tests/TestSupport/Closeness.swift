import Testing
import Torch

/// How far a computed number may be from the one that it is compared with.
///
/// Choose it by where the expected number comes from:
///
/// - From the same machine in the same run, as two runs of ours, or ours and the PyTorch that runs beside them
///   (`Python.fixture`): `.bits`. This is the stronger test.
/// - From a file in Tests/Fixtures, which another machine may have made: never `.bits` for a floating-point number.
///   Another processor fuses a multiplication with an addition or does not, adds up in another order, and takes
///   logarithms and sines from another library. State a tolerance that follows from how many such roundings the number
///   went through; the ones below say how.
///
/// Integers and truth values are compared exactly with every tolerance: no processor rounds them.
public struct Tolerance: Sendable, CustomStringConvertible {
    /// The number whose last place is the unit.
    public enum Scale: Sendable {
        /// Each expected element by itself.
        case element
        /// The greatest expected element of the tensor: for sums, in which large terms may cancel.
        case greatest
        /// The greatest expected element, or this number if that is greater: for sums whose terms are of this size even
        /// if all of them cancel.
        case atLeast(Double)
    }

    fileprivate let count: Double
    fileprivate let scale: Scale

    /// No difference at all.
    public static let bits = Tolerance(count: 0, scale: .element)

    /// A number of units in the last place of the expected type.
    public static func ulps(_ count: Double, of scale: Scale = .element) -> Tolerance {
        Tolerance(count: count, scale: scale)
    }

    /// For one operation on each element, or a few in a row that cancel nothing: 4 units.
    ///
    /// Two processors that round one operation differently differ by 1 unit: a fused multiply-add leaves out one
    /// rounding of half a unit, and the vector libraries (MKL's in its accurate mode, SLEEF's `u10`) promise 1 unit.
    /// Four allow for a multiplication, an addition, a function and a division.
    public static let operation = ulps(4)

    /// For what is drawn at random from a seed, except integers and uniform numbers between 0 and 1.
    ///
    /// The Mersenne Twister draws integers, and its 24 bits (53 for `float64`) times a power of two are exact, so that
    /// `randint`, `randperm`, `rand` and `bernoulli` are the same on every processor. A uniform draw between other
    /// bounds multiplies and adds, which may be fused: 1 unit of the greater bound. A normal draw is r·cos(2πu) and
    /// r·sin(2πu) with r = √(−2·ln v): the logarithm, the cosine, the product, the scaling and the shift are each
    /// within 1 or 2 units on either side (libtorch's vector code approximates by polynomials), relative to r, not to a
    /// cosine near 0. One of the two numbers that share an r is at least r/√2. So: 16 units of the greatest number that
    /// was drawn.
    public static let draw = ulps(16, of: .greatest)

    /// For sums of `count` terms of a size of about 1: as many units, of 1 or of the greatest sum.
    ///
    /// Two processors add in different orders. Terms of either sign have partial sums of about √n; each of n additions
    /// is off by half a unit of that at most, in either direction, so that all together are off by √n times as much:
    /// n/2 units of 1 for each of the two (Higham, Accuracy and Stability of Numerical Algorithms, section 4.2). Terms
    /// of one sign have sums n times as large, and are off by less of those. A gradient may be near 0 though its terms
    /// are not: hence the unit of 1.
    public static func sum(of terms: Int) -> Tolerance {
        ulps(Double(terms), of: .atLeast(1))
    }

    /// For parameters and averages after a number of an optimizer's steps with the same gradients: 2 units a step.
    ///
    /// A step adds to each number one update, which is smaller than the number's greatest value, and rounds three times
    /// at most (product, sum, division): fused or not, that is 1.5 units for the number itself, and averages pass on a
    /// share below 1 of what they had. Errors of an update, a few units of a number that is smaller by the learning
    /// rate, fit into the rest.
    ///
    /// In half precision it is 4 units, however many steps: the kernels compute in `float32` and round to half
    /// precision, so that a difference in the last place of a `float32` shows only if the number lies within 2⁻¹⁵ of
    /// the middle between two of half precision. In the few thousand roundings of a test this happens once at most.
    public static func optimizerSteps(_ steps: Int, in type: DType = .float32) -> Tolerance {
        ulps([.float16, .bfloat16].contains(type) ? 4 : 2 * Double(steps), of: .greatest)
    }

    public var description: String {
        switch scale {
        case .element: count == 0 ? "no bit" : "\(count) units in the last place"
        case .greatest: "\(count) units in the last place of the greatest element"
        case .atLeast(let least): "\(count) units in the last place of the greatest element, at least \(least)"
        }
    }

    /// The greatest number of units by which two lists differ, and where; `nil` if they do not.
    ///
    /// - Parameter digits: the binary digits of the type's significand after the first.
    fileprivate func difference(
        _ actual: [Double], _ expected: [Double], digits: Int, leastExponent: Int
    ) -> (units: Double, index: Int)? {
        let greatest = expected.filter(\.isFinite).map(abs).max() ?? 0
        var worst: (units: Double, index: Int)?
        for (index, (left, right)) in zip(actual, expected).enumerated() {
            if left == right || left.isNaN && right.isNaN { continue }
            let size =
                switch scale {
                case .element: abs(right)
                case .greatest: greatest
                case .atLeast(let least): max(greatest, least)
                }
            let exponent = max(size.isNormal ? Int(size.exponent) : leastExponent, leastExponent)
            let units = abs(left - right) / Double(sign: .plus, exponent: exponent - digits, significand: 1)
            // A difference from infinity or from no number is infinite, whatever the unit.
            let found = units.isNaN ? .infinity : units
            if found > worst?.units ?? 0 { worst = (found, index) }
        }
        return worst
    }

    fileprivate func allows(_ units: Double) -> Bool { units <= count }
}

/// Records an issue if shapes or types differ, or an element differs by more than the tolerance.
public func expectClose(
    _ actual: Tensor, _ expected: Tensor, within tolerance: Tolerance, _ comment: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    guard try isSameKind(actual, expected, comment, sourceLocation) else { return }
    guard !expected.dtype.isComplex else {
        let parts = try [actual, expected].map { try Tensor.viewAsReal($0.detach().resolveConj()) }
        return try expectClose(parts[0], parts[1], within: tolerance, comment, sourceLocation: sourceLocation)
    }
    guard let (digits, leastExponent) = significand(of: expected.dtype) else {
        return try expectSameBits(actual, expected, comment, sourceLocation: sourceLocation)
    }
    let numbers = try [actual, expected].map { try $0.detach().to(.float64).flatten().array(Double.self) }
    let difference = tolerance.difference(numbers[0], numbers[1], digits: digits, leastExponent: leastExponent)
    guard let difference, !tolerance.allows(difference.units) else { return }
    Issue.record(
        """
        \(comment) differs by \(difference.units) units in the last place, where \(tolerance) may differ: \
        \(numbers[0][difference.index]) instead of \(numbers[1][difference.index]) at \(difference.index) of \
        \(expected.dtype)\(expected.shape)
        """,
        sourceLocation: sourceLocation)
}

/// Records an issue if two numbers differ by more than the tolerance.
public func expectClose(
    _ actual: Double, _ expected: Double, within tolerance: Tolerance, _ comment: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let difference = tolerance.difference([actual], [expected], digits: 52, leastExponent: -1022)
    guard let difference, !tolerance.allows(difference.units) else { return }
    Issue.record(
        """
        \(comment) is \(actual) instead of \(expected): \(difference.units) units in the last place, where \(tolerance) may \
        differ
        """,
        sourceLocation: sourceLocation)
}

/// The digits after the first of a type's significand, and its least exponent; nil for types that round nothing.
private func significand(of type: DType) -> (digits: Int, leastExponent: Int)? {
    switch type {
    case .float16: (10, -14)
    case .bfloat16: (7, -126)
    case .float32: (23, -126)
    case .float64: (52, -1022)
    default: nil
    }
}

/// Records an issue if shapes or types differ, or an element differs by more than `absolute + relative · |expected|`.
public func expectClose(
    _ actual: Tensor, _ expected: Tensor, relative: Double = 1e-5, absolute: Double = 1e-6, _ comment: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    guard try isSameKind(actual, expected, comment, sourceLocation), actual.count > 0 else { return }
    let (left, right) = (try actual.detach().to(.float64), try expected.detach().to(.float64))
    guard !(try left.allclose(right, rtol: relative, atol: absolute)) else { return }
    let greatest = try (left - right).abs().max().item(Double.self)
    Issue.record("\(comment) differs by up to \(greatest): \(left) instead of \(right)", sourceLocation: sourceLocation)
}

/// Records an issue if the two differ in any bit: for two computations of the same machine in the same run, and for
/// what no processor rounds. See `Tolerance` for numbers that were recorded elsewhere.
public func expectSameBits(
    _ actual: Tensor, _ expected: Tensor, _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation
) throws {
    guard actual.shape == expected.shape, actual.dtype == expected.dtype, try actual.equal(expected) else {
        Issue.record("\(comment) is \(actual) instead of \(expected)", sourceLocation: sourceLocation)
        return
    }
}

private func isSameKind(
    _ actual: Tensor, _ expected: Tensor, _ comment: String, _ sourceLocation: SourceLocation
) throws -> Bool {
    guard actual.shape == expected.shape, actual.dtype == expected.dtype else {
        Issue.record(
            "\(comment) \(actual.dtype)\(actual.shape) instead of \(expected.dtype)\(expected.shape)",
            sourceLocation: sourceLocation)
        return false
    }
    return true
}
