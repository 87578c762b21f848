/// What a stored property holds, reduced to what two moments or two models can be compared by.
struct PropertyPrint: Equatable {
    private var parts: [String] = []
    private var tensors: [TensorPrint] = []

    /// The prints of a model's stored properties, by name; not of those that are `@Unsaved`.
    static func all(of model: any AnyModel) throws -> [String: PropertyPrint] {
        var prints: [String: PropertyPrint] = [:]
        for (name, value) in StatefulProperties.stored(in: model) where !(value is any UnsavedProperty) {
            var print = PropertyPrint()
            var seen: Set<ObjectIdentifier> = []
            print.add(value, depth: 0, &seen)
            prints[name] = print
        }
        return prints
    }

    private mutating func add(_ value: Any, depth: Int, _ seen: inout Set<ObjectIdentifier>) {
        if let tensor = value as? Tensor {
            tensors.append(TensorPrint(tensor))
            return
        }
        let mirror = Mirror(reflecting: value)
        if mirror.displayStyle == .class {
            // What has a state is in this run's checkpoint or another's: its own properties say nothing.
            let object = value as AnyObject
            guard !(value is any Stateful), !(value is any RunContext), seen.insert(ObjectIdentifier(object)).inserted
            else {
                return
            }
        }
        // Deeper than this, structures refer to much that is no state.
        guard depth < 6 else { return }
        if mirror.children.isEmpty {
            if mirror.displayStyle != .class { parts.append("\(value)") }
            return
        }
        parts.append("\(mirror.children.count)")
        for child in mirror.children { add(child.value, depth: depth + 1, &seen) }
    }
}

/// The elements of a tensor, its type and its shape, reduced to a number.
struct TensorPrint: Equatable {
    private let description: String
    private let hash: Int

    init(_ tensor: Tensor) {
        guard tensor.isDefined else {
            (description, hash) = ("undefined", 0)
            return
        }
        description = "\(tensor.dtype)\(tensor.shape)"
        var hasher = Hasher()
        if let bytes = try? TensorPrint.elements(of: tensor) { bytes.hash(into: &hasher) }
        hash = hasher.finalize()
    }

    private static func elements(of tensor: Tensor) throws -> [UInt64] {
        let dense = try tensor.detach().sparseDim() > 0 ? tensor.detach().toDense() : tensor.detach()
        let real = try dense.dtype.isComplex ? Tensor.viewAsReal(dense.resolveConj()) : dense
        if real.dtype.isFloatingPoint { return try real.to(.float64).array(Double.self).map(\.bitPattern) }
        return try real.to(.int64).array(Int.self).map { UInt64(bitPattern: Int64($0)) }
    }
}
