import Torch

extension Module {
    /// Moves every parameter, its gradient, and every buffer to a device.
    ///
    /// The tensors remain the same objects, so an optimizer can continue to use them. If this method throws, some of
    /// them may have moved.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed; `TorchError` if the device is not available.
    @discardableResult
    public final func to(_ device: Device) throws -> Self {
        try device.ensureAvailable()
        return try convert { try $0.to(device) }
    }

    /// Converts every parameter, its gradient, and every buffer to a type. Integer tensors are not converted.
    ///
    /// The tensors remain the same objects. If this method throws, some of them may have been converted.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed; `TorchError` of kind `type` if the type is not a
    ///   floating-point or complex type.
    @discardableResult
    public final func to(_ dtype: DType) throws -> Self {
        guard dtype.isFloatingPoint || dtype.isComplex else {
            throw TorchError(
                kind: .type, operation: "Module.to",
                message: "a module can be converted to floating-point or complex numbers, not to \(dtype)")
        }
        return try convert { $0.dtype.isFloatingPoint || $0.dtype.isComplex ? try $0.to(dtype) : $0 }
    }

    /// Converts the memory layout of every parameter and buffer that has the required number of dimensions, and of its
    /// gradient, as PyTorch's `to(memory_format:)` does. Convolutions may be faster with `channelsLast`, and they round
    /// differently.
    ///
    /// The tensors remain the same objects. An optimizer that already has state converts it in its next step.
    ///
    /// - Throws: ``ModuleError`` if an initializer failed.
    @discardableResult
    public final func to(_ memoryFormat: MemoryFormat) throws -> Self {
        let dimensions: Int? =
            switch memoryFormat {
            case .channelsLast: 4
            case .channelsLast3d: 5
            default: nil
            }
        return try convert {
            dimensions == nil || $0.dimensionCount == dimensions ? try $0.contiguous(memoryFormat: memoryFormat) : $0
        }
    }

    private final func convert(_ conversion: (Tensor) throws -> Tensor) throws -> Self {
        try noGrad {
            for tensor in try parameters() + buffers() {
                let gradient = tensor.grad
                let converted = try conversion(tensor)
                // An unchanged tensor comes back as itself.
                if !converted.isSame(as: tensor) { try tensor.setData(converted) }
                if let gradient, case let converted = try conversion(gradient), !converted.isSame(as: gradient) {
                    try gradient.setData(converted)
                }
            }
        }
        return self
    }
}

// The short names that PyTorch has for a change of type.

extension Module {
    /// Converts every parameter and buffer of real or complex numbers to `float32`: `to(.float32)`.
    @discardableResult
    public final func float() throws -> Self { try to(.float32) }
    /// Converts every parameter and buffer of real or complex numbers to `float64`: `to(.float64)`.
    @discardableResult
    public final func double() throws -> Self { try to(.float64) }
    /// Converts every parameter and buffer of real or complex numbers to `float16`: `to(.float16)`.
    @discardableResult
    public final func half() throws -> Self { try to(.float16) }
    /// Converts every parameter and buffer of real or complex numbers to `bfloat16`: `to(.bfloat16)`.
    @discardableResult
    public final func bfloat16() throws -> Self { try to(.bfloat16) }
}
