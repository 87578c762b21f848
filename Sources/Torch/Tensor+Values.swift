import CTorch

// Conversions from Swift values to tensors and back.

extension Tensor {
    /// Creates a tensor from numbers or nested lists of numbers.
    ///
    /// Its type is PyTorch's: `bool` if all are truth values, `int64` if all are integers, `float32` otherwise.
    /// ```swift
    /// try Tensor([[1, 2], [3, 4]])                    // int64[2, 2]
    /// try Tensor([0.5, 1], dtype: .float64)
    /// try Tensor([0.5, 1], requiresGrad: true)
    /// try Tensor(3)                                   // a single number
    /// ```
    /// - Parameter requiresGrad: whether operations on the tensor are recorded, so that a gradient can be computed.
    /// - Throws: `TorchError` of kind `shape` if the lists at one level differ in length, and `TorchError` if a tensor
    ///   of integers is to require a gradient.
    public init(
        _ literal: TensorLiteral, dtype: DType? = nil, device: Device = .cpu, requiresGrad: Bool = false
    ) throws {
        let shape = try literal.shape()
        let tensor: Tensor
        switch literal.elementKind {
        case .boolean:
            tensor = try Tensor(literal.elements.map { $0 != 0 }, shape: shape)
        case .integer:
            tensor = try Tensor(literal.integers, shape: shape)
        case .real:
            // The numbers pass through double precision, so that a float64 keeps its digits.
            let exact = try Tensor(literal.elements, shape: shape)
            tensor = dtype == .float64 ? exact : try exact.to(dtype ?? .float32)
        }
        let converted = try dtype.map { try tensor.to($0) } ?? tensor
        self = try converted.placed(on: device, requiresGrad: requiresGrad)
    }

    /// Creates a tensor with a copy of `values`, in row-major order.
    ///
    /// Its type is the type of the elements: `float64` for `[Double]`, `int64` for `[Int]`.
    ///
    /// - Parameters:
    ///   - values: as many numbers as the shape has elements.
    ///   - shape: the shape; `nil` means `[values.count]`.
    ///   - requiresGrad: whether operations on the tensor are recorded, so that a gradient can be computed.
    /// - Throws: `TorchError` of kind `shape` if the numbers do not fit the shape, and `TorchError` if a tensor of
    ///   integers is to require a gradient.
    @_disfavoredOverload
    public init<Element: TensorElement>(
        _ values: [Element], shape: [Int]? = nil, device: Device = .cpu, requiresGrad: Bool = false
    ) throws {
        let tensor = try values.withUnsafeBytes { bytes in
            try Tensor(bytes: bytes, shape: shape ?? [values.count], dtype: Element.dtype)
        }
        self = try tensor.placed(on: device, requiresGrad: requiresGrad)
    }

    /// Creates a tensor with a copy of `rows`, which must have the same length.
    ///
    /// - Throws: as the initializer for a flat array.
    @_disfavoredOverload
    public init<Element: TensorElement>(
        _ rows: [[Element]], device: Device = .cpu, requiresGrad: Bool = false
    ) throws {
        let width = try commonCount(rows)
        try self.init(
            rows.flatMap { $0 }, shape: [rows.count, width], device: device, requiresGrad: requiresGrad)
    }

    /// Creates a tensor with a copy of `planes`, which must have the same number of rows, all of the same length.
    ///
    /// - Throws: as the initializer for a flat array.
    @_disfavoredOverload
    public init<Element: TensorElement>(
        _ planes: [[[Element]]], device: Device = .cpu, requiresGrad: Bool = false
    ) throws {
        let (height, width) = try (commonCount(planes), commonCount(planes.flatMap { $0 }))
        try self.init(
            planes.flatMap { $0.flatMap { $0 } }, shape: [planes.count, height, width], device: device,
            requiresGrad: requiresGrad)
    }

    /// Creates a tensor of one number, without dimensions.
    @_disfavoredOverload
    public init<Element: TensorElement>(
        _ value: Element, device: Device = .cpu, requiresGrad: Bool = false
    ) throws {
        try self.init([value], shape: [], device: device, requiresGrad: requiresGrad)
    }

    /// Returns a new tensor on its device, which may become a leaf that requires a gradient.
    private func placed(on device: Device, requiresGrad: Bool) throws -> Tensor {
        try (device == .cpu ? self : to(device)).requiringGrad(requiresGrad)
    }

    /// Creates a tensor with a copy of `bytes`, the elements in row-major order and this machine's byte order.
    package init(bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) throws {
        let sizes = shape.map { Int64($0) }
        try self.init(
            owning: ct_tensor_from_bytes(
                bytes.baseAddress, Int64(bytes.count), sizes, Int64(sizes.count), dtype.rawValue))
    }

    /// Returns the tensor on a device: itself if it lies there already, otherwise a copy.
    public func to(_ device: Device) throws -> Tensor {
        try to(dtype: nil, device: device)
    }

    /// Returns the elements in row-major order, converted to `type` if the tensor has another.
    ///
    /// - Throws: `TorchError` of kind `outOfMemory` if there is too little memory for them.
    public func array<Element: TensorElement>(_ type: Element.Type = Element.self) throws -> [Element] {
        if let elements = array(at: 0..<count, type) { return elements }
        // The tensor is made contiguous first: an expanded tensor can have any number of elements in little memory. Too
        // little memory for them is an error in libtorch, but would end the process in Swift.
        let source = try detach().to(dtype: Element.dtype, device: .cpu).contiguous()
        defer { keepAlive(source) }
        let count = source.count
        return try [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
            let bytes = UnsafeMutableRawBufferPointer(buffer)
            try check(
                ct_tensor_copy_bytes(
                    source.pointer, bytes.baseAddress, Int64(count * MemoryLayout<Element>.stride)))
            initialized = count
        }
    }

    /// Returns the elements at some positions of the memory that the tensor lies in, without creating a tensor for
    /// them; `nil` unless the tensor lies there in one piece, as `Element`, and in the CPU's memory.
    package func array<Element: TensorElement>(
        at positions: Range<Int>, _ type: Element.Type = Element.self
    ) -> [Element]? {
        defer { keepAlive(self) }
        // A conjugation or negation that libtorch has postponed is not in the memory yet.
        guard isDefined, dtype == Element.dtype, device == .cpu, isContiguous, !ct_tensor_is_conjugate(pointer),
            !ct_tensor_is_negative(pointer), (0...count).contains(positions.lowerBound),
            positions.upperBound <= count, let bytes = ct_tensor_data(pointer)
        else { return nil }
        let elements = bytes.assumingMemoryBound(to: Element.self)
        return Array(UnsafeBufferPointer(start: elements + positions.lowerBound, count: positions.count))
    }

    /// Returns the value of a tensor with one element.
    ///
    /// On a CUDA device, this waits for the device.
    /// - Throws: `TorchError` if the tensor has no element or several.
    public func item() throws -> Scalar {
        defer { keepAlive(self) }
        var value = CTScalar()
        try check(ct_tensor_item(pointer, &value))
        return Scalar(value)
    }

    /// Returns the value of a tensor with one element, as the real number that the context asks for, or as `type`.
    ///
    /// ```swift
    /// let loss: Double = try output.item()
    /// total += try output.item()                      // `total` is a Double
    /// print(try output.item(Float.self))
    /// ```
    /// - Throws: `TorchError` if the tensor has no element or several, or the value is a complex number.
    public func item<Number: BinaryFloatingPoint>(_ type: Number.Type = Number.self) throws -> Number {
        let value = try item() as Scalar
        if case .complex(_, let imaginary) = value, imaginary != 0 {
            throw TorchError(
                kind: .type, operation: "item", inputs: "\(dtype)\(shape)", message: "\(value) is no \(Number.self)")
        }
        return Number(value.double)
    }

    /// Returns the value of a tensor with one element, as the integer that the context asks for, or as `type`.
    ///
    /// If both an integer and a real number would do, as in `try x.item() / 2`, the compiler asks which is meant.
    /// - Throws: `TorchError` if the tensor has no element or several, or the value does not fit the type.
    @_disfavoredOverload
    public func item<Number: BinaryInteger>(_ type: Number.Type = Number.self) throws -> Number {
        let value = try item() as Scalar
        let number: Number? =
            switch value {
            case .integer(let integer): Number(exactly: integer)
            case .boolean(let boolean): boolean ? 1 : 0
            case .real(let real), .complex(let real, 0): Number(exactly: real)
            case .complex: nil
            }
        guard let number else {
            throw TorchError(
                kind: .type, operation: "item", inputs: "\(dtype)\(shape)", message: "\(value) is no \(Number.self)")
        }
        return number
    }

    /// Whether the value of a tensor with one element is not zero: `if try x.item() { … }`.
    ///
    /// - Throws: `TorchError` if the tensor has no element or several.
    public func item(_ type: Bool.Type = Bool.self) throws -> Bool {
        switch try item() as Scalar {
        case .integer(let value): value != 0
        case .boolean(let value): value
        case .real(let value): value != 0
        case .complex(let real, let imaginary): real != 0 || imaginary != 0
        }
    }
}

/// Returns the number of elements that all parts share; 0 if there are no parts.
private func commonCount<Element>(_ parts: [[Element]]) throws -> Int {
    let count = parts.first?.count ?? 0
    if let odd = parts.firstIndex(where: { $0.count != count }) {
        throw TorchError(
            kind: .shape, operation: "tensor",
            message: "the lists of a tensor must have one length: at position \(odd) there are \(parts[odd].count) "
                + "elements, before it \(count)")
    }
    return count
}

/// A literal of numbers or nested lists of numbers, which `Tensor(_:)` reads.
public indirect enum TensorLiteral: Sendable {
    case integer(Int)
    case real(Double)
    case boolean(Bool)
    case list([TensorLiteral])

    enum ElementKind: Int, Comparable {
        case boolean, integer, real

        static func < (left: ElementKind, right: ElementKind) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    /// The widest kind among the numbers; real if there are none, as in PyTorch.
    var elementKind: ElementKind {
        switch self {
        case .boolean: .boolean
        case .integer: .integer
        case .real: .real
        case .list(let parts): parts.map(\.elementKind).max() ?? .real
        }
    }

    var elements: [Double] {
        switch self {
        case .boolean(let value): [value ? 1 : 0]
        case .integer(let value): [Double(value)]
        case .real(let value): [value]
        case .list(let parts): parts.flatMap(\.elements)
        }
    }

    /// The numbers of a literal without real numbers.
    var integers: [Int] {
        switch self {
        case .boolean(let value): [value ? 1 : 0]
        case .integer(let value): [value]
        case .real: []
        case .list(let parts): parts.flatMap(\.integers)
        }
    }

    func shape() throws -> [Int] {
        guard case .list(let parts) = self else { return [] }
        guard let first = parts.first else { return [0] }
        let inner = try first.shape()
        for (position, part) in parts.enumerated() where try part.shape() != inner {
            throw TorchError(
                kind: .shape, operation: "tensor",
                message: "the lists of a tensor must have one length: at position \(position) there is the shape "
                    + "\(try part.shape()), before it \(inner)")
        }
        return [parts.count] + inner
    }
}

extension TensorLiteral: ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral
{
    public init(integerLiteral value: Int) {
        self = .integer(value)
    }

    public init(floatLiteral value: Double) {
        self = .real(value)
    }

    public init(booleanLiteral value: Bool) {
        self = .boolean(value)
    }

    public init(arrayLiteral elements: TensorLiteral...) {
        self = .list(elements)
    }
}
