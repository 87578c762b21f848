// The short names of PyTorch's for a change of type.

extension Tensor {
    /// The tensor as `float32`: itself if it has that type already, otherwise a copy.
    public func float() throws -> Tensor { try to(.float32) }
    /// The tensor as `float64`: itself if it has that type already, otherwise a copy.
    public func double() throws -> Tensor { try to(.float64) }
    /// The tensor as `float16`: itself if it has that type already, otherwise a copy.
    public func half() throws -> Tensor { try to(.float16) }
    /// The tensor as `bfloat16`: itself if it has that type already, otherwise a copy.
    public func bfloat16() throws -> Tensor { try to(.bfloat16) }
    /// The tensor as `int32`, with fractions cut off: itself if it has that type already, otherwise a copy.
    public func int() throws -> Tensor { try to(.int32) }
    /// The tensor as `int64`, with fractions cut off: itself if it has that type already, otherwise a copy.
    public func long() throws -> Tensor { try to(.int64) }
    /// The tensor as `int16`, with fractions cut off: itself if it has that type already, otherwise a copy.
    public func short() throws -> Tensor { try to(.int16) }
    /// The tensor as `int8`, with fractions cut off: itself if it has that type already, otherwise a copy.
    public func char() throws -> Tensor { try to(.int8) }
    /// The tensor as `uint8`, with fractions cut off: itself if it has that type already, otherwise a copy.
    public func byte() throws -> Tensor { try to(.uint8) }
    /// The tensor as `bool`, with every number but zero as true: itself if it has that type already, otherwise a copy.
    public func bool() throws -> Tensor { try to(.bool) }
}

extension Tensor {
    /// Returns the distinct elements: `torch.unique`.
    ///
    /// - Parameters:
    ///   - sorted: whether the values are in ascending order.
    ///   - returnInverse: whether to return the position of each element among the values, in the tensor's shape.
    ///   - returnCounts: whether to return how many times each value occurs.
    ///   - dim: the dimension whose slices are compared; `nil` compares elements.
    /// - Returns: the values, their positions and their counts; what was not asked for is empty.
    /// - Throws: `TorchError` of kind `index` if there is no such dimension.
    public func unique(
        sorted: Bool = true, returnInverse: Bool = false, returnCounts: Bool = false, dim: Int? = nil
    ) throws -> (values: Tensor, inverse: Tensor, counts: Tensor) {
        if let dim {
            return try Tensor.uniqueDim(
                self, dim: dim, sorted: sorted, returnInverse: returnInverse, returnCounts: returnCounts)
        }
        return try Tensor.unique2(self, sorted: sorted, returnInverse: returnInverse, returnCounts: returnCounts)
    }
}

// Sizes and dimensions as separate arguments, for which the generated operations take an array: `Tensor.zeros(2, 3)`.

extension Tensor {
    /// A tensor of zeros with the given sizes; a single number without sizes.
    ///
    /// - Throws: `TorchError` of kind `shape` for a negative size, and of kind `outOfMemory` if there is too little
    ///   memory.
    public static func zeros(
        _ size: Int..., dtype: DType? = nil, device: Device? = nil, requiresGrad: Bool = false
    ) throws -> Tensor {
        try zeros(size, dtype: dtype, device: device, requiresGrad: requiresGrad)
    }

    /// A tensor of ones with the given sizes.
    ///
    /// - Throws: as `zeros`.
    public static func ones(
        _ size: Int..., dtype: DType? = nil, device: Device? = nil, requiresGrad: Bool = false
    ) throws -> Tensor {
        try ones(size, dtype: dtype, device: device, requiresGrad: requiresGrad)
    }

    /// A tensor with the given sizes whose elements are whatever the memory holds.
    ///
    /// - Throws: as `zeros`.
    public static func empty(
        _ size: Int..., dtype: DType? = nil, device: Device? = nil, requiresGrad: Bool = false
    ) throws -> Tensor {
        try empty(size, dtype: dtype, device: device, requiresGrad: requiresGrad)
    }

    /// A tensor of random numbers from 0 to 1 (exclusive), each as likely as any other.
    ///
    /// - Parameter generator: the source of the numbers; `nil` means the device's standard generator.
    /// - Throws: as `zeros`.
    public static func rand(
        _ size: Int..., generator: Generator? = nil, dtype: DType? = nil, device: Device? = nil,
        requiresGrad: Bool = false
    ) throws -> Tensor {
        try rand(size, generator: generator, dtype: dtype, device: device, requiresGrad: requiresGrad)
    }

    /// A tensor of random numbers from the normal distribution with mean 0 and standard deviation 1.
    ///
    /// - Parameter generator: the source of the numbers; `nil` means the device's standard generator.
    /// - Throws: as `zeros`.
    public static func randn(
        _ size: Int..., generator: Generator? = nil, dtype: DType? = nil, device: Device? = nil,
        requiresGrad: Bool = false
    ) throws -> Tensor {
        try randn(size, generator: generator, dtype: dtype, device: device, requiresGrad: requiresGrad)
    }

    /// The same elements in another shape: a view if memory allows it, otherwise a copy.
    ///
    /// - Parameter shape: the sizes, one of which may be -1 for what remains.
    /// - Throws: `TorchError` of kind `shape` if the elements do not fit.
    public func reshape(_ shape: Int...) throws -> Tensor {
        try reshape(shape)
    }

    /// A view of the same elements in another shape.
    ///
    /// - Parameter size: the sizes, one of which may be -1 for what remains.
    /// - Throws: `TorchError` of kind `shape` if the elements do not fit, or if their place in memory allows no view;
    ///   `reshape` copies then.
    public func view(_ size: Int...) throws -> Tensor {
        try view(size)
    }

    /// A view with the dimensions in another order.
    ///
    /// - Parameter dims: every dimension once; negative numbers count from the end.
    /// - Throws: `TorchError` if one is missing, occurs twice or does not exist.
    public func permute(_ dims: Int...) throws -> Tensor {
        try permute(dims)
    }

    /// A copy with the elements in reverse order along some dimensions.
    ///
    /// - Parameter dims: the dimensions; negative numbers count from the end.
    /// - Throws: `TorchError` if one occurs twice or does not exist.
    public func flip(_ dims: Int...) throws -> Tensor {
        try flip(dims)
    }

    /// A view in which dimensions of size 1 are as long as asked for, without a copy.
    ///
    /// - Parameter size: the sizes; -1 leaves a dimension as it is, further ones are new dimensions in front.
    /// - Throws: `TorchError` of kind `shape` for a dimension of another size.
    public func expand(_ size: Int...) throws -> Tensor {
        try expand(size)
    }

    /// A new tensor that holds this one several times along each dimension.
    ///
    /// - Parameter repeats: how many times, at least one number for each dimension; more are new dimensions in front.
    /// - Throws: `TorchError` for too few or negative numbers.
    public func `repeat`(_ repeats: Int...) throws -> Tensor {
        try self.repeat(repeats)
    }
}
