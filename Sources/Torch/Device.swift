import CTorch

/// The place where a tensor's elements lie and its operations run.
public struct Device: Hashable, Sendable {
    /// The kinds of devices that tensors can lie on.
    public enum Kind: Sendable {
        case cpu, cuda, meta
        /// A device that is not libtorch's own: the program registered a backend for it, under a name of its choice
        /// (PyTorch's `PrivateUse1`). Helios comes with none.
        case registered
    }

    /// What kind of device it is.
    public let kind: Kind
    /// The number of the device among several; `nil` means the current one.
    public let index: Int?

    /// The processor and its memory.
    public static let cpu = Device(kind: .cpu, index: nil)
    /// The current CUDA device.
    public static let cuda = Device(kind: .cuda, index: nil)

    /// No memory at all: a tensor there has a shape and a type, but no elements that operations could read.
    public static let meta = Device(kind: .meta, index: nil)

    /// The current CUDA device if libtorch finds one that works, otherwise the CPU.
    ///
    /// This is tried once in a process: a device may exist and not work, for example if libtorch has no kernels for it.
    public static let auto: Device = {
        guard CUDA.isAvailable, let sum = try? (Tensor.ones([2], device: .cuda) + 1).sum().item(Double.self), sum == 4
        else { return .cpu }
        return .cuda
    }()

    /// The CUDA device with this number.
    ///
    /// It need not exist: using a missing one throws, and `ensureAvailable` checks in advance.
    public static func cuda(_ index: Int) -> Device {
        Device(kind: .cuda, index: index)
    }

    init(kind: Kind, index: Int?) {
        self.kind = kind
        self.index = index
    }

    /// Reads a device as PyTorch writes it: `cpu`, `cuda`, `cuda:1`, `meta`, or the name of a registered one.
    ///
    /// - Throws: `TorchError` for any other text.
    public init(_ text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let kind = Kind(name: String(first)) else {
            let names = ["cpu, cuda or cuda:<number>", RegisteredDevice.isThere ? RegisteredDevice.name : nil]
            throw TorchError(
                kind: .other,
                message: "unknown device '\(text)': use \(names.compactMap(\.self).joined(separator: ", or "))")
        }
        self.kind = kind
        guard parts.count == 2 else {
            index = nil
            return
        }
        guard let number = Int(parts[1]), (0...127).contains(number), parts[1].allSatisfy(\.isNumber),
            kind.hasSeveral || number == 0
        else {
            throw TorchError(kind: .other, message: "unknown device '\(text)': '\(parts[1])' is no device number")
        }
        // There is one CPU, whose tensors name no number: `cpu:0` is `cpu`.
        index = kind.hasSeveral ? number : nil
    }

    /// Whether a tensor can be put there: the CPU and `meta` always, another device if libtorch finds it.
    public var isAvailable: Bool {
        switch kind {
        case .cpu, .meta: true
        case .cuda: (0..<CUDA.deviceCount).contains(index ?? 0)
        case .registered: (0..<RegisteredDevice.count).contains(index ?? 0)
        }
    }

    /// Makes sure that a tensor can be put there.
    ///
    /// - Throws: `TorchError` with a message that says what is missing.
    public func ensureAvailable() throws {
        guard !isAvailable else { return }
        let isCUDA = kind == .cuda
        let (name, count) = isCUDA ? ("CUDA", CUDA.deviceCount) : (kind.description, RegisteredDevice.count)
        let reason =
            count > 0
            ? "there is no device \(self): \(count) \(name) device\(count == 1 ? "" : "s") found"
            : isCUDA
                ? "CUDA is not available: this libtorch finds no CUDA device"
                : "there is no device \(self): no backend is registered that has one"
        throw TorchError(kind: .other, message: reason)
    }

    package var c: CTDevice {
        // -1 would mean the current device, so a negative number is passed on as one that is refused.
        CTDevice(type: kind.number, index: index.map { $0 == -1 ? -2 : Int32(clamping: $0) } ?? -1)
    }

    /// `nil` for a kind of device that is not known here.
    package init?(_ device: CTDevice) {
        switch device.type {
        case 0: self = .cpu
        case 1: self = Device(kind: .cuda, index: device.index < 0 ? nil : Int(device.index))
        case 14: self = .meta
        case 20: self = Device(kind: .registered, index: device.index < 0 ? nil : Int(device.index))
        default: return nil
        }
    }
}

extension Device.Kind: CustomStringConvertible {
    /// The name as PyTorch writes it; that of a registered device is its backend's.
    public var description: String {
        switch self {
        case .cpu: "cpu"
        case .cuda: "cuda"
        case .meta: "meta"
        case .registered: RegisteredDevice.name
        }
    }

    /// `nil` for a name that is not known here, or not registered.
    fileprivate init?(name: String) {
        switch name {
        case "cpu": self = .cpu
        case "cuda": self = .cuda
        case "meta": self = .meta
        case RegisteredDevice.name where RegisteredDevice.isThere: self = .registered
        default: return nil
        }
    }

    /// Whether there may be several devices of this kind.
    fileprivate var hasSeveral: Bool { self == .cuda || self == .registered }

    /// libtorch's number for the kind (`c10::DeviceType`).
    fileprivate var number: Int32 {
        switch self {
        case .cpu: 0
        case .cuda: 1
        case .meta: 14
        case .registered: 20
        }
    }
}

extension Device: CustomStringConvertible {
    /// The device as PyTorch writes it, which `Device(_:)` reads.
    public var description: String {
        index.map { "\(kind):\($0)" } ?? "\(kind)"
    }
}

/// What libtorch knows about CUDA on this machine.
public enum CUDA {
    /// How many CUDA devices there are; 0 without a CUDA build of libtorch or a driver.
    public static var deviceCount: Int {
        Int(ct_cuda_device_count())
    }

    /// Whether there is a CUDA device.
    public static var isAvailable: Bool {
        deviceCount > 0
    }
}

/// What libtorch knows about devices of a backend that the program registered.
enum RegisteredDevice {
    /// The name of the backend, or libtorch's name for the lack of one.
    static var name: String { String(cString: ct_registered_device_name()) }

    /// How many devices there are; 0 if no backend is registered.
    static var count: Int { Int(ct_registered_device_count()) }

    static var isThere: Bool { count > 0 }
}
