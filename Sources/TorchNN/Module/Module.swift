import Torch

/// A part of a network: parameters, buffers, other modules, and what it computes with them. PyTorch's `nn.Module`.
///
/// A subclass declares its parts as stored properties and writes `forward`:
/// ```swift
/// final class Net: Module, Layer {
///     let conv = Conv2d(1, 16, kernelSize: 3, padding: 1)
///     let fc: Linear
///
///     init(classes: Int = 10) {
///         fc = Linear(16 * 8 * 8, classes)
///     }
///
///     func forward(_ input: Tensor) throws -> Tensor {
///         try fc(relu(conv(input)).flatten(startDim: 1))
///     }
/// }
///
/// let logits = try Net()(images)
/// ```
/// Calling a module runs its `forward` and then its hooks, so every module that is called appears in
/// `summary(inputSize:)`. The protocol determines the inputs and outputs of a module: `Layer` (one tensor in, one
/// tensor out), `Callable` (one input and one output of any type), and `BinaryCallable` and `TernaryCallable` (two and
/// three inputs). A module with another signature uses ``call(_:_:)``.
///
/// The module finds its parts by reflection, superclasses first, in the order of declaration. Parameters are
/// `@Parameter var`, buffers are `@Buffer var`, and children are properties whose value is a module, an optional, or an
/// array or dictionary of modules (those of a dictionary in the order of its keys). A key in the state dictionary is
/// the path of the properties' names: `conv1.weight`, `blocks.0.bn1.running_mean`.
///
/// Initializers of layers do not throw. A layer remembers an invalid option, and its first use throws it as a
/// ``ModuleError`` with the path in the network: a call, `forward`, `parameters()`, `to(_:)`, `stateDict()`, or
/// ``validate()``. Your own modules can do the same with ``deferErrors(_:)``, or declare an initializer that throws.
///
/// The contents of a property may change at any time: you may assign a new tensor to a parameter or another module to a
/// `var`, or append a module to an array. An optimizer knows only the parameters that you passed to it. Modules in
/// tuples, structures, and enumerations are found too, but not those in sets and in other objects. A `lazy var` of a
/// module, or of an optional, an array, or a dictionary of modules, is an error until it is used. A `@Parameter` or
/// `@Buffer` inside a structure, a tuple, or a list is an error; put it into a module of its own.
///
/// Use a module on one thread at a time.
open class Module: Stateful {
    /// Whether the module is in training mode. In training mode, dropout drops elements, and batch normalization uses
    /// the statistics of the batch.
    public private(set) final var isTraining: Bool

    final lazy var reflection = ModuleReflection(of: self)
    private final var isSwitching = false

    /// The hooks that a call runs, in the order of their registration.
    final var forwardHooks: [HookRegistration] = [] {
        didSet { updateCalls() }
    }
    /// The hooks that a call runs before its forward pass, in the order of their registration.
    final var forwardPreHooks: [HookRegistration] = [] {
        didSet { updateCalls() }
    }
    /// The parameters and buffers that are computed, in the order of their registration.
    final var parametrized: [(name: String, list: ParametrizationList)] = [] {
        didSet { updateCalls() }
    }
    /// What an initializer failed with; `nil` if it succeeded.
    final var initializationError: (any Error)? {
        didSet { updateCalls() }
    }
    /// Whether a call is nothing but `forward`: there are no hooks, no parametrizations, and no error.
    @usableFromInline final var callsForwardOnly = true

    /// Creates a module. A subclass sets its own stored properties first.
    ///
    /// - Parameter isTraining: whether the module starts in training mode, as PyTorch's modules do.
    public init(isTraining: Bool = true) {
        self.isTraining = isTraining
    }

    /// Different keys in the state dictionary for children, by the names of their properties. Use them for files with
    /// names that Swift does not allow, or that are nested differently. (`@Parameter("name")` does the same for a
    /// parameter.)
    ///
    /// ```swift
    /// final class Encoder: Module {
    ///     let attention = MultiheadAttention(512, 8)
    ///     let first = Linear(512, 2048)
    ///
    ///     override var childKeys: [String: String] { ["attention": "self", "first": "mlp.0"] }
    /// }
    /// ```
    /// The property is read once. A property that does not exist, or an empty key, causes an error when a state is
    /// created or loaded.
    open var childKeys: [String: String] { [:] }

    /// The options in `description`, such as `in_features=2, out_features=3, bias=True`; empty by default.
    open var extraDescription: String { "" }

    /// Switches this module and all modules below it to training mode or to evaluation mode.
    ///
    /// To keep a part in one mode, override this method, and call `super`.
    @discardableResult
    open func train(_ mode: Bool = true) -> Self {
        // A module below may refer back to this one.
        guard !isSwitching else { return self }
        isSwitching = true
        defer { isSwitching = false }
        if isTraining != mode { Capture.noteChange() }
        isTraining = mode
        for child in children() { child.train(mode) }
        return self
    }

    /// Switches this module and all modules below it to evaluation mode.
    @discardableResult
    public final func eval() -> Self {
        train(false)
    }

    /// Returns the modules in this module's properties, in order.
    public final func children() -> [Module] {
        var children: [Module] = []
        for (_, node) in nodes() {
            node.forEach(key: nil) { children.append($1) }
        }
        return children
    }

    private final func updateCalls() {
        Capture.noteChange()
        callsForwardOnly =
            forwardHooks.isEmpty && forwardPreHooks.isEmpty && parametrized.isEmpty && initializationError == nil
    }

    // MARK: What the extensions look through

    /// The parameters by their keys; a layer whose options say how many it has overrides it.
    var parameterSlots: [(key: String, slot: TensorSlot)] { reflection.parameters }
    /// The buffers by their keys; a module that makes its slots by itself overrides it.
    var bufferSlots: [(key: String, slot: TensorSlot)] { reflection.buffers }

    /// The parameters that are tensors of the module itself: those that are computed belong to their parametrization.
    final var ownParameterSlots: [(key: String, slot: TensorSlot)] {
        parametrized.isEmpty ? parameterSlots : parameterSlots.filter { $0.slot.parametrization == nil }
    }

    /// The buffers that are tensors of the module itself.
    final var ownBufferSlots: [(key: String, slot: TensorSlot)] {
        parametrized.isEmpty ? bufferSlots : bufferSlots.filter { $0.slot.parametrization == nil }
    }

    final var childKeyProblem: String? { reflection.childKeyProblem }

    /// The children as the properties group them; a container with keys of its own overrides it.
    func childNodes() -> [(key: String, node: ModuleNode)] {
        reflection.children(of: self)
    }

    /// All children: those in the properties, then the parametrizations, as PyTorch has them.
    final func nodes() -> [(key: String, node: ModuleNode)] {
        guard !parametrized.isEmpty else { return childNodes() }
        let lists = parametrized.map { (key: $0.name, node: ModuleNode.module($0.list)) }
        return childNodes() + [(key: "parametrizations", node: .group(.table, lists))]
    }

    /// The class's name, without the type that a generic one has in angle brackets.
    var className: String {
        String(String(describing: type(of: self)).prefix { $0 != "<" })
    }

    /// Whether `description` prints equal children that follow each other once, with their number, as PyTorch's list
    /// does.
    var printsEqualNeighborsOnce: Bool { false }
}
