import Synchronization
import Torch

/// The parametrizations of one parameter, and the tensors that they compute it from: PyTorch's `ParametrizationList`.
///
/// `Module.registerParametrization` creates it as `parametrizations.<name>` in state dictionaries.
public final class ParametrizationList: Module {
    /// The parametrizations in the order in which they are applied.
    public private(set) var parametrizations: [any Parametrization]

    /// The tensors that the first parametrization takes.
    public var originals: [Tensor] { slots.compactMap(\.slot.tensor) }

    let kind: TensorSlot.Kind
    private let name: String
    private var slots: [(key: String, slot: TensorSlot)] = []

    /// Why the value cannot be computed. A property's getter and setter cannot throw, so the next forward pass does.
    private var readingFailure: (any Error)?
    private var assignmentFailure: (any Error)?

    /// - Parameter slot: the slot in which the module keeps the tensor.
    /// - Throws: `TorchError` if the parametrization changes the tensor's shape or type; what it throws itself.
    init(_ parametrization: any Parametrization, of name: String, in slot: TensorSlot, isUnsafe: Bool) throws {
        parametrizations = [parametrization]
        self.name = name
        kind = slot.kind
        super.init()
        guard let original = slot.tensor else {
            throw TorchError(
                kind: .other, operation: "registerParametrization",
                message: "'\(name)' has no value yet: assign a tensor to it first")
        }
        let values = try noGrad { try parametrization.rightInverse(original) } ?? [original]
        try check(!values.isEmpty, "the right inverse of \(type(of: parametrization)) gives no tensor")
        for (position, value) in values.enumerated() {
            let own = TensorSlot(kind, name: nil, isPersistent: slot.isPersistent, isOptional: false)
            if values.count == 1 {
                try check(
                    value.dtype == original.dtype && value.device == original.device,
                    "the right inverse of \(type(of: parametrization)) turns \(original.dtype) on \(original.device) "
                        + "into \(value.dtype) on \(value.device)")
                own.keep(original)
            } else if kind == .parameter {
                // A parameter of its own, which an optimizer must be given.
                let parameter = try value.detach().asParameter()
                try parameter.requiresGrad_(original.requiresGrad)
                own.keep(parameter)
            } else {
                own.keep(try value.detach())
            }
            slots.append((key: values.count == 1 ? "original" : "original\(position)", slot: own))
        }
        let before = (shape: original.shape, dtype: original.dtype, tensor: try original.detach())
        if values.count == 1, !values[0].isSame(as: original) { try original.setData(values[0].detach()) }
        guard !isUnsafe else { return }
        do {
            let value = try self()
            try check(
                value.shape == before.shape && value.dtype == before.dtype,
                "\(type(of: parametrization)) turns \(before.dtype)\(before.shape) into \(value.dtype)\(value.shape): "
                    + "if that is meant, pass unsafe: true")
        } catch {
            if values.count == 1 { try original.setData(before.tensor) }
            throw error
        }
    }

    /// Computes the parameter.
    ///
    /// - Throws: any error from a parametrization.
    public func callAsFunction() throws -> Tensor {
        var value = try parametrizations[0].parametrized(originals)
        for parametrization in parametrizations.dropFirst() { value = try parametrization.parametrized([value]) }
        return value
    }

    /// Applies an additional parametrization to the result of the others.
    ///
    /// - Throws: `TorchError` if it changes the shape or the type; what it throws itself.
    func append(_ parametrization: any Parametrization, isUnsafe: Bool) throws {
        if !isUnsafe {
            let value = try self()
            let result = try parametrization.parametrized([value])
            try check(
                result.shape == value.shape && result.dtype == value.dtype,
                "\(type(of: parametrization)) turns \(value.dtype)\(value.shape) into \(result.dtype)\(result.shape): "
                    + "if that is meant, pass unsafe: true")
            if let inverse = try noGrad({ try parametrization.rightInverse(result) }) {
                try check(
                    inverse.count == 1 && inverse[0].shape == value.shape && inverse[0].dtype == value.dtype,
                    "only the first parametrization may stand for several tensors, or for one of another shape or type")
            }
        }
        parametrizations.append(parametrization)
    }

    /// Computes the original tensors from a value, and writes them in place.
    ///
    /// - Throws: `TorchError` if a parametrization has no right inverse or returns different tensors than before.
    public func setValue(_ value: Tensor) throws {
        try noGrad {
            var values = [try value.detach()]
            for parametrization in parametrizations.reversed() {
                try check(values.count == 1, "\(type(of: parametrization)) is given several tensors")
                guard let inverse = try parametrization.rightInverse(values[0]) else {
                    throw failure(
                        "\(type(of: parametrization)) has no right inverse: assign to parametrizations.\(name).original"
                    )
                }
                values = inverse
            }
            let originals = originals
            try check(
                values.map(\.dtype) == originals.map(\.dtype) && values.map(\.shape) == originals.map(\.shape),
                "the right inverse gives \(values.map { "\($0.dtype)\($0.shape)" }), and there are "
                    + "\(originals.map { "\($0.dtype)\($0.shape)" })")
            for (original, value) in zip(originals, values) { try original.copy_(value) }
        }
        assignmentFailure = nil
        ParametrizationCache.current?.remove(self)
    }

    // MARK: What a property does

    /// The value, or a tensor that every operation refuses; then the failure is kept.
    func currentValue() -> Tensor {
        guard assignmentFailure == nil else { return .undefined }
        if let value = ParametrizationCache.current?[self] { return value }
        do {
            let value = try self()
            ParametrizationCache.current?[self] = value
            readingFailure = nil
            return value
        } catch {
            readingFailure = error
            return .undefined
        }
    }

    func assign(_ value: Tensor?) {
        do {
            guard let value, value.isDefined else {
                throw failure("nothing can be assigned to a parametrized tensor: remove its parametrizations first")
            }
            try setValue(value)
        } catch {
            assignmentFailure = error
        }
    }

    /// Throws what kept the value from being assigned, or the last reading from being computed.
    func throwFailure() throws {
        if let assignmentFailure { throw assignmentFailure }
        if let failure = readingFailure {
            readingFailure = nil
            throw failure
        }
    }

    private func check(_ isValid: Bool, _ message: @autoclosure () -> String) throws {
        guard isValid else { throw failure(message()) }
    }

    private func failure(_ message: String) -> TorchError {
        TorchError(kind: .other, operation: "parametrization of '\(name)'", message: message)
    }

    // MARK: What a module looks through

    override var parameterSlots: [(key: String, slot: TensorSlot)] { kind == .parameter ? slots : [] }
    override var bufferSlots: [(key: String, slot: TensorSlot)] { kind == .buffer ? slots : [] }

    override func childNodes() -> [(key: String, node: ModuleNode)] {
        parametrizations.enumerated().map { (key: String($0), node: .module($1)) }
    }
}

/// Keeps what parametrizations computed while `cachedParametrizations` runs.
final class ParametrizationCache: Sendable {
    @TaskLocal static var current: ParametrizationCache?

    private let values = Mutex<[ObjectIdentifier: (list: ParametrizationReference, value: Tensor)]>([:])

    subscript(list: ParametrizationList) -> Tensor? {
        get { values.withLock { $0[ObjectIdentifier(list)]?.value } }
        set {
            let entry = newValue.map { (list: ParametrizationReference(list: list), value: $0) }
            values.withLock { $0[ObjectIdentifier(list)] = entry }
        }
    }

    func remove(_ list: ParametrizationList) {
        self[list] = nil
    }
}

/// Keeps a list alive, so that its identifier stays its own.
struct ParametrizationReference: @unchecked Sendable {
    let list: ParametrizationList
}

/// Computes each parametrized parameter once while `body` runs: PyTorch's `parametrize.cached()`.
///
/// Without it, the value is computed each time the property is read. Use it if a parameter is read several times, such
/// as that of a recurrent cell in a loop over time. A nested call shares the values of the outer one.
public func cachedParametrizations<Result>(_ body: () throws -> Result) rethrows -> Result {
    let cache = ParametrizationCache.current ?? ParametrizationCache()
    return try ParametrizationCache.$current.withValue(cache, operation: body)
}
