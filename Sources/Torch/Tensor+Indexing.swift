import CTorch

/// One part of a subscript: a number, a range, a tensor, or one of PyTorch's special parts.
public struct TensorIndex: Sendable {
    private enum Part: Sendable {
        case position(Int)
        case slice(start: Int?, stop: Int?, step: Int)
        case ellipsis
        case newAxis
        case tensor(Tensor)
    }

    private let part: Part

    private init(_ part: Part) {
        self.part = part
    }

    /// One place, which removes the dimension. Negative numbers count from the end.
    public static func at(_ position: Int) -> TensorIndex {
        TensorIndex(.position(position))
    }

    /// A range. `nil` is the dimension's start or end, and negative numbers count from its end. The step must be
    /// positive.
    public static func slice(start: Int?, stop: Int?, step: Int = 1) -> TensorIndex {
        TensorIndex(.slice(start: start, stop: stop, step: step))
    }

    /// Places by number (`int64`), or the places where a mask (`bool`) is true.
    public static func tensor(_ tensor: Tensor) -> TensorIndex {
        TensorIndex(.tensor(tensor))
    }

    fileprivate static let everyOther = TensorIndex(.ellipsis)
    fileprivate static let inserted = TensorIndex(.newAxis)

    fileprivate var c: CTIndex {
        var index = CTIndex()
        index.step = 1
        switch part {
        case .position(let position):
            index.kind = CTIndexKindInteger
            index.integer = Int64(position)
        case .slice(let start, let stop, let step):
            index.kind = CTIndexKindSlice
            index.start = start.c
            index.stop = stop.c
            index.step = Int64(step)
        case .ellipsis: index.kind = CTIndexKindEllipsis
        case .newAxis: index.kind = CTIndexKindNewAxis
        case .tensor(let tensor):
            index.kind = CTIndexKindTensor
            index.tensor = tensor.pointer
        }
        return index
    }
}

/// Anything that may stand in a tensor's subscript.
public protocol TensorIndexConvertible {
    /// The part that it stands for.
    var tensorIndex: TensorIndex { get }
}

extension TensorIndex: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { self }
}

extension TensorIndexConvertible where Self == TensorIndex {
    /// The whole dimension: Python's `:`.
    public static var all: TensorIndex { .slice(start: nil, stop: nil) }
    /// As many whole dimensions as the other parts leave: Python's `...`.
    public static var ellipsis: TensorIndex { .everyOther }
    /// A new dimension of size 1: Python's `None`.
    public static var newAxis: TensorIndex { .inserted }

    /// A range, with a step if given: Python's `start:stop:step`. Use it for ranges with a negative end, which Swift
    /// does not have: `.slice(1, -1)`.
    public static func slice(_ start: Int? = nil, _ stop: Int? = nil, step: Int = 1) -> TensorIndex {
        .slice(start: start, stop: stop, step: step)
    }
}

extension Int: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { .at(self) }
}

extension Range<Int>: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { .slice(start: lowerBound, stop: upperBound) }
}

extension ClosedRange<Int>: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { .slice(start: lowerBound, stop: afterInclusive(upperBound)) }
}

extension PartialRangeFrom<Int>: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { .slice(start: lowerBound, stop: nil) }
}

extension PartialRangeUpTo<Int>: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { .slice(start: nil, stop: upperBound) }
}

extension PartialRangeThrough<Int>: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { .slice(start: nil, stop: afterInclusive(upperBound)) }
}

/// Returns the end of a range through `last`; `nil` if that is the last place of the dimension.
private func afterInclusive(_ last: Int) -> Int? {
    last == -1 || last == .max ? nil : last + 1
}

extension Tensor: TensorIndexConvertible {
    public var tensorIndex: TensorIndex { .tensor(self) }
}

extension Tensor {
    /// A part of the tensor: a view for numbers and ranges, a copy for tensors and masks, as in PyTorch.
    ///
    /// ```swift
    /// try x[0], x[-1, 2...], x[.all, 1..<3], x[.ellipsis, 0], x[.newAxis], x[mask], x[indices]
    /// ```
    /// - Throws: `TorchError` of kind `index` if a place does not exist, or if there are more parts than dimensions.
    public subscript<each Index: TensorIndexConvertible>(_ index: repeat each Index) -> Tensor {
        get throws {
            var parts: [TensorIndex] = []
            repeat parts.append((each index).tensorIndex)
            return try self[parts]
        }
    }

    /// The same with the parts in an array.
    public subscript(_ parts: [TensorIndex]) -> Tensor {
        get throws {
            defer { keepAlive((self, parts)) }
            return try withUnsafeTemporaryAllocation(of: CTIndex.self, capacity: parts.count) { indices in
                _ = indices.initialize(from: parts.lazy.map(\.c))
                return try Tensor(owning: ct_tensor_index(pointer, indices.baseAddress, Int64(parts.count)))
            }
        }
    }

    /// Not available, since assigning to a Swift subscript cannot throw: write `try x.set(value, at: index)` for
    /// `x[index] = value`.
    @available(
        *, unavailable,
        message:
            "a tensor's subscript cannot be assigned to: write 'try x.set(value, at: index)' for 'x[index] = value'"
    )
    public subscript(_ index: any TensorIndexConvertible...) -> Tensor {
        get { self }
        nonmutating set {}
    }

    /// Not available, since assigning to a Swift subscript cannot throw: write `try x.set(1, at: index)` for `x[index]
    /// = 1`.
    @available(
        *, unavailable,
        message:
            "a tensor's subscript is no number: write 'try x.set(number, at: index)' for 'x[index] = number', and 'try x[index].item()' to read one"
    )
    public subscript<Number: ScalarConvertible>(_ index: any TensorIndexConvertible...) -> Number {
        get { preconditionFailure("unavailable") }
        nonmutating set {}
    }

    /// Writes `value` into a part of the tensor, in place: Python's `x[index] = value`.
    ///
    /// ```swift
    /// try x.set(row, at: 0)
    /// try x.set(0, at: .all, 1..<3)
    /// ```
    /// - Throws: `TorchError` of kind `index` if a place does not exist, and of kind `shape` if the value does not fit.
    public func set<each Index: TensorIndexConvertible>(_ value: Tensor, at index: repeat each Index) throws {
        var parts: [TensorIndex] = []
        repeat parts.append((each index).tensorIndex)
        let indices = parts.map(\.c)
        defer { keepAlive((self, parts, value)) }
        try check(ct_tensor_index_put(pointer, indices, Int64(indices.count), value.pointer))
    }

    /// Writes a number into a part of the tensor.
    public func set<each Index: TensorIndexConvertible>(
        _ value: some ScalarConvertible, at index: repeat each Index
    ) throws {
        try set(try Tensor.full([], value.scalar, dtype: dtype, device: device), at: repeat each index)
    }
}
