/// A batch that can be copied to pinned memory, from which a device copies while the program keeps running.
///
/// Tensors conform, and so do arrays, dictionaries, and optionals of conforming types. To make your own batch type
/// conform, do the same with each of its tensors.
public protocol PinnableBatch: DeviceTransferable {
    /// Returns a copy in pinned memory.
    ///
    /// - Throws: `TorchError` if there is no device that can use it, or too little memory.
    func pinned() throws -> Self

    /// Returns a copy on a device. Pinned memory is copied while the program keeps running; the device waits for the
    /// copy before it uses it.
    ///
    /// - Throws: `TorchError` if the device does not exist or has too little memory.
    func toWithoutWaiting(_ device: Device) throws -> Self
}

extension Tensor: PinnableBatch {
    public func pinned() throws -> Tensor {
        guard isDefined, device == .cpu else { return self }
        return try pinMemory()
    }

    public func toWithoutWaiting(_ device: Device) throws -> Tensor {
        guard isDefined, self.device == .cpu, device.kind == .cuda, try isPinned() else { return try to(device) }
        // libtorch keeps pinned memory until the copies from it are done.
        return try Tensor.emptyLike(self, device: device).copy_(self, nonBlocking: true)
    }
}

extension Array: PinnableBatch where Element: PinnableBatch {
    public func pinned() throws -> [Element] { try map { try $0.pinned() } }
    public func toWithoutWaiting(_ device: Device) throws -> [Element] {
        try map { try $0.toWithoutWaiting(device) }
    }
}

extension Dictionary: PinnableBatch where Value: PinnableBatch {
    public func pinned() throws -> [Key: Value] { try mapValues { try $0.pinned() } }
    public func toWithoutWaiting(_ device: Device) throws -> [Key: Value] {
        try mapValues { try $0.toWithoutWaiting(device) }
    }
}

extension Optional: PinnableBatch where Wrapped: PinnableBatch {
    public func pinned() throws -> Wrapped? { try map { try $0.pinned() } }
    public func toWithoutWaiting(_ device: Device) throws -> Wrapped? { try map { try $0.toWithoutWaiting(device) } }
}

extension LabeledBatch: PinnableBatch {
    public func pinned() throws -> LabeledBatch {
        LabeledBatch(inputs: try inputs.pinned(), targets: try targets.pinned())
    }

    public func toWithoutWaiting(_ device: Device) throws -> LabeledBatch {
        LabeledBatch(inputs: try inputs.toWithoutWaiting(device), targets: try targets.toWithoutWaiting(device))
    }
}

/// Puts batches of any type into pinned memory.
enum PinnedMemory {
    /// Whether there is a device that copies from it.
    static var isAvailable: Bool { CUDA.isAvailable }

    static func pin<Batch>(_ loaded: LoadedBatch<Batch>) throws -> LoadedBatch<Batch> {
        var loaded = loaded
        if let pinnable = loaded.batch as? any PinnableBatch, let pinned = try pinnable.pinned() as? Batch {
            loaded.batch = pinned
        }
        return loaded
    }

    /// Throws if batches of a type cannot be pinned.
    static func check<Batch>(_ type: Batch.Type) throws {
        guard !(type is any PinnableBatch.Type) else { return }
        throw DataError(
            "pinMemory: true was given, and batches of \(type) cannot be pinned: let \(type) conform to PinnableBatch")
    }
}
