/// The tensors in a stored property that has no state of its own: one tensor, or an optional, a tuple, an array or a
/// dictionary of tensors, such as the state of a recurrent layer.
///
/// Reflection reads a property and cannot assign to it. So tensors are restored in place, which needs a property with
/// tensors in the same places.
indirect enum TensorTree {
    case tensor(Tensor)
    /// An optional that is `nil`, or a tensor without a value.
    case empty
    case list([TensorTree])
    case tuple([TensorTree])
    case table([(key: StateDict.Key, tree: TensorTree)])

    /// `nil` for a value that holds no tensors, or other things too.
    init?(_ value: Any) {
        guard let tree = Self.tree(of: value), !tree.tensors.isEmpty else { return nil }
        self = tree
    }

    private static func tree(of value: Any) -> TensorTree? {
        // A cast looks through optionals by itself.
        if let tensor = value as? Tensor { return tensor.isDefined ? .tensor(tensor) : .empty }
        if let container = value as? any TensorContainer { return container.tensorTree }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional:
            guard let wrapped = mirror.children.first else { return .empty }
            return tree(of: wrapped.value)
        case .tuple:
            let parts = mirror.children.map { tree(of: $0.value) }
            let trees = parts.compactMap { $0 }
            return trees.isEmpty || trees.count < parts.count ? nil : .tuple(trees)
        default:
            return nil
        }
    }

    fileprivate static func trees(of values: some Sequence<Any>) -> [TensorTree]? {
        var trees: [TensorTree] = []
        for value in values {
            guard let tree = tree(of: value) else { return nil }
            trees.append(tree)
        }
        return trees
    }

    var tensors: [Tensor] {
        switch self {
        case .tensor(let tensor): [tensor]
        case .empty: []
        case .list(let trees), .tuple(let trees): trees.flatMap(\.tensors)
        case .table(let trees): trees.flatMap(\.tree.tensors)
        }
    }

    /// Where the tensors are, whatever their shapes.
    var places: String {
        switch self {
        case .tensor: "t"
        case .empty: "-"
        case .list(let trees): "[" + trees.map(\.places).joined() + "]"
        case .tuple(let trees): "(" + trees.map(\.places).joined() + ")"
        case .table(let trees): "{" + trees.map { "\($0.key):\($0.tree.places)" }.joined(separator: ",") + "}"
        }
    }

    /// The tensors' values, without what gradients are recorded of them.
    func stateValue() throws -> StateValue {
        switch self {
        case .tensor(let tensor): return .tensor(try tensor.detach())
        case .empty: return .none
        case .list(let trees): return .list(try trees.map { try $0.stateValue() })
        case .tuple(let trees): return .tuple(try trees.map { try $0.stateValue() })
        case .table(let trees):
            var state = StateDict()
            for (key, tree) in trees { state[key] = try tree.stateValue() }
            return .dictionary(state)
        }
    }

    /// Gives the tensors the values of a state.
    ///
    /// - Throws: `StateDictError` if the state has tensors in other places.
    func load(_ value: StateValue) throws {
        for (tensor, source) in try pairs(with: value) {
            try noGrad {
                // Into the memory that others may share, if the values fit there.
                if tensor.shape == source.shape, tensor.dtype == source.dtype, !tensor.isExpanded {
                    try tensor.copy_(source)
                } else {
                    try tensor.setData(source.detach().clone().to(tensor.device))
                }
            }
        }
    }

    private func pairs(with value: StateValue) throws -> [(tensor: Tensor, source: Tensor)] {
        switch (self, value) {
        case (.tensor(let tensor), .tensor(let source)) where source.isDefined:
            return [(tensor, source)]
        case (.empty, .none):
            return []
        case (.list(let trees), .list(let values)) where trees.count == values.count,
            (.tuple(let trees), .tuple(let values)) where trees.count == values.count:
            return try zip(trees, values).flatMap { try $0.pairs(with: $1) }
        case (.table(let trees), .dictionary(let state)) where trees.count == state.count:
            return try trees.flatMap { try $0.tree.pairs(with: state.value($0.key)) }
        default:
            throw StateDictError(
                "the property does not hold tensors in the places where the state has them, and only @Saved properties "
                    + "can be restored then")
        }
    }
}

extension Tensor {
    /// Whether one element in memory stands for several.
    fileprivate var isExpanded: Bool {
        zip(strides, shape).contains { $0 == 0 && $1 > 1 }
    }
}

/// An array or a dictionary, of which reflection asks itself: it knows the type of its elements.
private protocol TensorContainer {
    var tensorTree: TensorTree? { get }
}

extension Array: TensorContainer {
    fileprivate var tensorTree: TensorTree? {
        if isNumberOrText(Element.self) { return nil }
        return TensorTree.trees(of: lazy.map { $0 as Any }).map { .list($0) }
    }
}

extension Dictionary: TensorContainer {
    /// In the order of the keys, since a dictionary has none.
    fileprivate var tensorTree: TensorTree? {
        var trees: [(key: StateDict.Key, tree: TensorTree)] = []
        for (key, value) in self {
            guard let tree = TensorTree.trees(of: [value as Any])?.first else { return nil }
            trees.append(((key as? Int).map(StateDict.Key.int) ?? .string("\(key)"), tree))
        }
        return .table(trees.sorted { $0.key.description < $1.key.description })
    }
}

/// The tensors in the values, structures and collections that a property holds; objects are not looked into.
func tensorsInside(_ value: Any, depth: Int = 0) -> [Tensor] {
    if let tree = TensorTree(value) { return tree.tensors }
    if value is any UnsavedProperty || depth > greatestReflectedDepth { return [] }
    if let sequence = value as? any Sequence, isNumberOrText(elementType(of: sequence)) { return [] }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .struct, .tuple, .optional, .enum, .collection, .dictionary, .set:
        return mirror.children.flatMap { tensorsInside($0.value, depth: depth + 1) }
    default:
        return []
    }
}
