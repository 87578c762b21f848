import Torch

/// A part of a network: parameters, buffers and other modules, and what it computes with them. PyTorch's `nn.Module`.
///
/// A subclass declares its parts as stored properties; the module finds them by reflection, superclasses first, in the
/// order of declaration. Parameters are `@Parameter var`, buffers `@Buffer var`, children are properties whose value is
/// a module, an optional, or an array or dictionary of modules (a dictionary's in the order of its keys). A key in the
/// state dictionary is the path of the properties' names: `conv1.weight`, `blocks.0.bn1.running_mean`.
///
/// Layers throw where an option makes no sense, so they are made in the initialiser:
/// ```swift
/// final class Net: Module, Layer {
///     let conv: Conv2d
///     let fc: Linear
///
///     init(classes: Int = 10) throws {
///         conv = try Conv2d(1, 16, kernelSize: 3, padding: 1)
///         fc = try Linear(16 * 8 * 8, classes)
///     }
///
///     func callAsFunction(_ input: Tensor) throws -> Tensor {
///         try fc(relu(conv(input)).flatten(startDim: 1))
///     }
/// }
/// ```
///
/// What a property holds may change at any time: a new tensor in a parameter, another module in a `var`, one more in an
/// array. An optimiser knows only the parameters that it was given. Modules in tuples, structures and sets are not found.
///
/// A module is not made for several threads at a time.
open class Module: Stateful {
    /// Whether the module trains: dropout drops, batch normalisation uses the batch's statistics.
    public private(set) final var isTraining: Bool

    private final lazy var reflection = ModuleReflection(of: self)
    private final var isSwitching = false
    final var forwardHooks: [HookRegistration] = []
    /// The parameters and buffers that are computed, in the order in which they were registered.
    final var parametrized: [(name: String, list: ParametrizationList)] = []

    /// - Parameter isTraining: whether the module starts in training mode, as PyTorch's do.
    public init(isTraining: Bool = true) {
        self.isTraining = isTraining
    }

    /// Other keys in the state dictionary for children, by the names of their properties: for files whose names Swift
    /// does not allow, or that nest otherwise. (`@Parameter("name")` does the same for a parameter.)
    ///
    /// ```swift
    /// final class Encoder: Module {
    ///     let attention: MultiheadAttention
    ///     let first: Linear
    ///
    ///     override var childKeys: [String: String] { ["attention": "self", "first": "mlp.0"] }
    /// }
    /// ```
    /// It is asked once. A property that is not there, or an empty key, is an error when a state is taken or loaded.
    open var childKeys: [String: String] { [:] }

    /// The options in `description`, as in `in_features=2, out_features=3, bias=True`; empty by default.
    open var extraDescription: String { "" }

    /// Switches this module and all below to training mode, or to evaluation mode.
    ///
    /// Override it for a part that must stay in one mode, and call `super`.
    @discardableResult
    open func train(_ mode: Bool = true) -> Self {
        // A module below may refer back to this one.
        guard !isSwitching else { return self }
        isSwitching = true
        defer { isSwitching = false }
        isTraining = mode
        for child in children() { child.train(mode) }
        return self
    }

    /// Switches this module and all below to evaluation mode.
    @discardableResult
    public final func eval() -> Self {
        train(false)
    }

    /// The modules that this one's properties hold, in order.
    public final func children() -> [Module] {
        var children: [Module] = []
        for (_, node) in nodes() {
            node.forEach(key: nil) { children.append($1) }
        }
        return children
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

    /// Whether `description` says only once what equal children are that follow each other, as PyTorch's list does.
    var printsEqualNeighboursOnce: Bool { false }
}

/// A module that computes one tensor from one tensor: what a `Sequential` is made of.
public protocol Layer: Module {
    func callAsFunction(_ input: Tensor) throws -> Tensor
}
