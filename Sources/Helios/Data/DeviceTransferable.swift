/// A batch, or a part of one, that can be moved to a device.
///
/// `Model.batchToDevice` moves every batch that conforms. Tensors conform, and so do arrays, dictionaries, and
/// optionals of conforming types.
public protocol DeviceTransferable {
    /// Returns a copy on the device, or the value itself if it is already there.
    ///
    /// - Throws: `TorchError` if the device does not exist or has too little memory.
    func to(_ device: Device) throws -> Self
}

extension Tensor: DeviceTransferable {}

extension Array: DeviceTransferable where Element: DeviceTransferable {
    public func to(_ device: Device) throws -> [Element] {
        try map { try $0.to(device) }
    }
}

extension Dictionary: DeviceTransferable where Value: DeviceTransferable {
    public func to(_ device: Device) throws -> [Key: Value] {
        try mapValues { try $0.to(device) }
    }
}

extension Optional: DeviceTransferable where Wrapped: DeviceTransferable {
    public func to(_ device: Device) throws -> Wrapped? {
        try map { try $0.to(device) }
    }
}
