// Sizes and dimensions written out, where the generated operations take an array: `Tensor.zeros(2, 3)`.

extension Tensor {
    /// A tensor of zeros with the given sizes; of one number where there are none.
    ///
    /// - Throws: `TorchError` of kind `shape` for a negative size, `outOfMemory` where there is no room.
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

    /// A tensor with the given sizes whose elements are whatever lies in memory.
    ///
    /// - Throws: as `zeros`.
    public static func empty(
        _ size: Int..., dtype: DType? = nil, device: Device? = nil, requiresGrad: Bool = false
    ) throws -> Tensor {
        try empty(size, dtype: dtype, device: device, requiresGrad: requiresGrad)
    }

    /// A tensor of random numbers from 0 to 1 (exclusive), each as likely as any other.
    ///
    /// - Parameter generator: where they come from; the device's standard generator unless given.
    /// - Throws: as `zeros`.
    public static func rand(
        _ size: Int..., generator: Generator? = nil, dtype: DType? = nil, device: Device? = nil,
        requiresGrad: Bool = false
    ) throws -> Tensor {
        try rand(size, generator: generator, dtype: dtype, device: device, requiresGrad: requiresGrad)
    }

    /// A tensor of random numbers from the normal distribution with mean 0 and standard deviation 1.
    ///
    /// - Parameter generator: where they come from; the device's standard generator unless given.
    /// - Throws: as `zeros`.
    public static func randn(
        _ size: Int..., generator: Generator? = nil, dtype: DType? = nil, device: Device? = nil,
        requiresGrad: Bool = false
    ) throws -> Tensor {
        try randn(size, generator: generator, dtype: dtype, device: device, requiresGrad: requiresGrad)
    }

    /// The same elements in another shape: a view where memory allows it, otherwise a copy.
    ///
    /// - Parameter shape: the sizes, one of which may be -1 for what remains.
    /// - Throws: `TorchError` of kind `shape` where the elements do not fit.
    public func reshape(_ shape: Int...) throws -> Tensor {
        try reshape(shape)
    }

    /// A view of the same elements in another shape.
    ///
    /// - Parameter size: the sizes, one of which may be -1 for what remains.
    /// - Throws: `TorchError` of kind `shape` where the elements do not fit, or do not lie in memory so that a view can
    ///   be had; `reshape` copies then.
    public func view(_ size: Int...) throws -> Tensor {
        try view(size)
    }

    /// A view with the dimensions in another order.
    ///
    /// - Parameter dims: every dimension once; negative numbers count from the end.
    /// - Throws: `TorchError` where one is missing, doubled or not there.
    public func permute(_ dims: Int...) throws -> Tensor {
        try permute(dims)
    }

    /// A copy with the elements in reverse order along some dimensions.
    ///
    /// - Parameter dims: The dimensions; negative numbers count from the end.
    /// - Throws: `TorchError` if one is twice in the list or not there.
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
