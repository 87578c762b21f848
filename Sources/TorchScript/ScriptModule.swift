import CTorch
import Torch
import TorchSerialization

/// A network of TorchScript: one that Python scripted or traced, or that `trace` made here.
///
/// ```swift
/// let module = try ScriptModule(path: "detector.pt")
/// module.eval()
/// let boxes = try module(images)
/// ```
/// Its code is what the file says: run only files that you trust as you trust a program. Use a module on one thread at a
/// time.
public final class ScriptModule {
    private let pointer: OpaquePointer

    init(owning pointer: OpaquePointer?) throws {
        guard let pointer else { throw TorchError.lastOfAny() }
        self.pointer = pointer
    }

    deinit {
        ct_script_module_release(pointer)
    }

    /// Reads a file that `save` wrote here, or `torch.jit.save` in Python.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - device: where its tensors come to; `nil` is where they were.
    /// - Throws: `TorchFileError` if there is no such file, if it is damaged, or if it is none of TorchScript.
    public convenience init(path: String, device: Device? = nil) throws {
        do {
            let source = try FileSource(path)
            try ScriptModule.inspect(source)
            let reader = Reader(source)
            let loaded = withExtendedLifetime(reader) {
                ct_script_module_load(
                    { context, position, bytes, count in
                        Unmanaged<Reader>.fromOpaque(context).takeUnretainedValue().read(
                            Int(position), bytes, Int(count))
                    }, Unmanaged.passUnretained(reader).toOpaque(), Int64(source.size), device.c)
            }
            if loaded == nil, let failure = reader.failure { throw failure }
            try self.init(owning: loaded)
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Looks at the archive before libtorch does: each record must lie in the file and have its checksum.
    private static func inspect(_ source: FileSource) throws {
        let archive = try ZipArchive(source)
        let names = archive.names
        guard names.contains(where: { $0.hasSuffix("/constants.pkl") }),
            names.contains(where: { $0.hasSuffix("/data.pkl") })
        else {
            throw TorchError(
                kind: .other,
                message: "it is no file of TorchScript, which has the records data.pkl and constants.pkl: a file of "
                    + "torch.save is read with StateDict")
        }
        for name in names { _ = try archive.read(name) }
    }

    /// Writes the module with its code and tensors to a file, which Python reads with `torch.jit.load`.
    ///
    /// The file is replaced as a whole: if writing fails, the old one stays.
    /// - Throws: `TorchFileError`.
    public func save(_ path: String) throws {
        try AtomicFile.write(path) { sink in
            let writer = Writer(sink)
            let isWritten = withExtendedLifetime(writer) {
                ct_script_module_save(
                    pointer,
                    { context, bytes, count in
                        let part = UnsafeRawBufferPointer(start: bytes, count: Int(count))
                        return Unmanaged<Writer>.fromOpaque(context).takeUnretainedValue().write(part)
                    }, Unmanaged.passUnretained(writer).toOpaque())
            }
            if let failure = writer.failure { throw failure }
            guard isWritten else { throw TorchError.lastOfAny() }
        }
    }

    /// Runs the module's `forward`.
    public func callAsFunction(_ arguments: ScriptValue...) throws -> ScriptValue {
        try call("forward", arguments)
    }

    /// Runs the module's `forward` on tensors, for a module that gives one.
    ///
    /// - Throws: `TorchError` if the module gives something else.
    public func callAsFunction(_ arguments: Tensor...) throws -> Tensor {
        let result = try call("forward", arguments.map { .tensor($0) })
        guard let tensor = result.tensor else {
            throw TorchError(
                kind: .type, operation: "ScriptModule",
                message: "the module does not give one tensor: take the result as a ScriptValue")
        }
        return tensor
    }

    /// Runs one of the module's methods.
    ///
    /// - Throws: `TorchError` if there is no such method, if it takes other arguments, or if its code fails.
    public func call(_ method: String, _ arguments: [ScriptValue]) throws -> ScriptValue {
        let handles = try arguments.map { try $0.handle() }
        return try withExtendedLifetime((self, handles)) {
            let pointers = handles.map(\.pointer)
            return try ScriptValue(
                ValueHandle(owning: ct_script_module_call(pointer, method, pointers, Int64(pointers.count))))
        }
    }

    /// The names of the methods, `forward` among them.
    public var methods: [String] {
        let names = Collector<String>()
        _ = ct_script_module_methods(pointer, { Collector<String>.at($0).add(String(cString: $1)) }, names.context)
        return names.elements
    }

    /// The code of all methods, in Python's syntax.
    public func code() throws -> String {
        let texts = Collector<String>()
        guard
            ct_script_module_code(pointer, { Collector<String>.at($0).add(String(cString: $1)) }, texts.context)
        else { throw TorchError.lastOfAny() }
        return texts.elements.joined()
    }

    /// Whether the module trains: what dropout and batch normalization ask, if their code does. What was traced keeps the
    /// mode in which it was traced.
    public var isTraining: Bool {
        ct_script_module_is_training(pointer)
    }

    /// Switches the module and all below to training mode, or to evaluation mode.
    @discardableResult
    public func train(_ mode: Bool = true) -> Self {
        _ = ct_script_module_train(pointer, mode)
        return self
    }

    /// Switches the module and all below to evaluation mode.
    @discardableResult
    public func eval() -> Self {
        train(false)
    }

    /// Moves the parameters and buffers to a device.
    ///
    /// A constant in the code of a traced module stays on the device where it was traced.
    @discardableResult
    public func to(_ device: Device) throws -> Self {
        guard ct_script_module_move(pointer, Optional(device).c) else { throw TorchError.lastOfAny() }
        return self
    }

    /// The parameters with their names.
    public func namedParameters() throws -> [(name: String, parameter: Tensor)] {
        try tensors(buffers: false).map { (name: $0.name, parameter: $0.tensor) }
    }

    /// The buffers with their names.
    public func namedBuffers() throws -> [(name: String, buffer: Tensor)] {
        try tensors(buffers: true).map { (name: $0.name, buffer: $0.tensor) }
    }

    private func tensors(buffers: Bool) throws -> [(name: String, tensor: Tensor)] {
        let found = Collector<(String, OpaquePointer)>()
        let isDone = ct_script_module_tensors(
            pointer, buffers,
            { Collector<(String, OpaquePointer)>.at($0).add((String(cString: $1), ct_tensor_retain($2))) },
            found.context)
        let tensors = try found.elements.map { (name: $0.0, tensor: try Tensor(owning: $0.1)) }
        guard isDone else { throw TorchError.lastOfAny() }
        return tensors
    }
}

extension Optional where Wrapped == Device {
    fileprivate var c: CTDevice {
        self?.c ?? CTDevice(type: -1, index: -1)
    }
}

/// Reads for libtorch, and keeps the first error.
private final class Reader {
    private let source: FileSource
    private(set) var failure: (any Error)?

    init(_ source: FileSource) {
        self.source = source
    }

    func read(_ position: Int, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int64 {
        do {
            try source.read(at: position, into: UnsafeMutableRawBufferPointer(start: bytes, count: count))
            return Int64(count)
        } catch {
            failure = failure ?? error
            return 0
        }
    }
}

/// Writes for libtorch, and keeps the error.
private final class Writer {
    private let sink: FileSink
    private(set) var failure: (any Error)?

    init(_ sink: FileSink) {
        self.sink = sink
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        do {
            try sink.add(bytes)
            return true
        } catch {
            failure = error
            return false
        }
    }
}

/// Takes what a C function shows one after another.
private final class Collector<Element> {
    private(set) var elements: [Element] = []

    var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

    static func at(_ context: UnsafeMutableRawPointer) -> Collector {
        Unmanaged<Collector>.fromOpaque(context).takeUnretainedValue()
    }

    func add(_ element: Element) {
        elements.append(element)
    }
}
