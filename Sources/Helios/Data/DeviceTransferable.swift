/// A batch, or part of one, that can be put on a device.
///
/// `Model.batchToDevice` moves every batch that conforms; tensors and arrays, dictionaries and optionals of what
/// conforms do so already.
public protocol DeviceTransferable {
    /// A copy on the device, or itself if it is already there.
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
