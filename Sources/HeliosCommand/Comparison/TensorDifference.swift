import Helios

/// The difference between two tensors of the same type and shape.
struct TensorDifference {
    /// The number of elements that differ.
    private(set) var count = 0
    let elementCount: Int
    /// The greatest |a - b|; infinite if only one of the two is a number.
    private(set) var maximum = 0.0
    /// The greatest |a - b| / |a|, over the elements that differ; infinite if a is 0.
    private(set) var relativeMaximum = 0.0

    /// The number of elements that are compared at a time, so that a large tensor takes little more memory.
    private static let chunk = 1 << 20

    /// Compares the elements as numbers: 0 and -0 are equal, and so are two elements that are both not a number.
    ///
    /// - Parameters:
    ///   - elementCount: the number of elements to report; `nil` means the number compared.
    ///   - repetitions: how often each of the elements occurs.
    ///   - tolerance: the greatest difference with which elements count as equal.
    init(
        _ first: TensorElements, _ second: TensorElements, of elementCount: Int? = nil, repetitions: Int = 1,
        tolerance: Double
    ) throws {
        self.elementCount =
            elementCount ?? first.shape.reduce(repetitions) { $0.multipliedClamping(by: $1) }
        try TensorPiece.forEach(of: first.shape, limit: TensorDifference.chunk) { piece in
            try add(try first.piece(piece), try second.piece(piece), tolerance: tolerance)
        }
        count = count.multipliedClamping(by: repetitions)
    }

    private mutating func add(_ first: Tensor, _ second: Tensor, tolerance: Double) throws {
        // Most parts of two files are equal, and this is the quickest way to find that out.
        let bits = { (part: Tensor) in try part.contiguous().view(dtype: .uint8) }
        if try bits(first).equal(bits(second)) { return }

        let (a, b) = (try TensorDifference.wide(first), try TensorDifference.wide(second))
        let bothNaN = try a.isnan().logicalAnd(b.isnan())
        let isOther = try first.dtype.isExact ? first.ne(second) : a.ne(b).logicalAnd(bothNaN.logicalNot())
        // The same infinity twice has no difference, though subtracting would give NaN.
        let raw = try Tensor.where(isOther, (a - b).abs(), 0.0)
        var gap = try raw.nanToNum(nan: .infinity, posinf: .infinity)
        // Different integers differ by at least one, even if double precision cannot tell them apart.
        if first.dtype.isExact { gap = try Tensor.where(isOther.logicalAnd(gap.lt(1)), 1.0, gap) }
        let counts = try isOther.logicalAnd(gap.le(tolerance).logicalNot())
        let number = try counts.sum().item(Int.self)
        guard number > 0 else { return }
        count += number
        let counted = try Tensor.where(counts, gap, 0.0)
        maximum = max(maximum, try counted.max().item(Double.self))
        let relative = try Tensor.where(counts, gap / a.abs(), 0.0).nanToNum(nan: .infinity, posinf: .infinity)
        relativeMaximum = max(relativeMaximum, try relative.max().item(Double.self))
    }

    /// Returns the elements in double precision.
    private static func wide(_ part: Tensor) throws -> Tensor {
        try part.to(part.dtype.isComplex ? .complex128 : .float64)
    }

    /// The difference for a reader.
    var text: String {
        let amount = "\(Quantity.difference(maximum)) (relative \(Quantity.difference(relativeMaximum)))"
        if elementCount == 1 { return "differs by \(amount)" }
        let share = count == elementCount ? "all" : "\(Quantity.count(count)) of"
        let verb = count == 1 ? "differs" : "differ"
        return "\(share) \(Quantity.count(elementCount, "element")) \(verb), by up to \(amount)"
    }
}

extension DType {
    /// Whether numbers of this type can be too large for double precision to tell apart.
    fileprivate var isExact: Bool { self == .int64 || self == .uint64 }
}
