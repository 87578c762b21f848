import CTorch
import Torch

/// Writes a value as the pickle that `torch.save` would write of it, and collects the storages of its tensors.
struct StatePickler {
    /// How deep lists, tuples and dictionaries may lie in each other, in a file that is read or written.
    static let greatestDepth = 100

    /// The storages, each once; the record of the first is named 0.
    private(set) var storages: [TensorStorage] = []
    private var pickle = PickleWriter()
    private var keys: [TensorStorage.Identity: Int] = [:]
    private var types: [StorageType] = []

    /// The whole pickle.
    consuming func finish() -> [UInt8] {
        pickle.write(.stop)
        return pickle.bytes
    }

    mutating func write(_ value: StateValue) throws {
        try collectStorages(value, depth: 0)
        try pickle(value)
    }

    // MARK: Storages

    /// Gives every storage its key and type, in the order in which they come.
    ///
    /// This comes before writing since a storage that tensors of several types share is written without a type: PyTorch
    /// refuses to save such tensors, but reads them.
    private mutating func collectStorages(_ value: StateValue, depth: Int) throws {
        guard depth <= StatePickler.greatestDepth else {
            throw FormatError(
                "cannot be written: the value is nested more than \(StatePickler.greatestDepth) levels deep")
        }
        switch value {
        case .none, .bool, .int, .double, .string: break
        case .list(let elements), .tuple(let elements):
            for element in elements { try collectStorages(element, depth: depth + 1) }
        case .dictionary(let state):
            for (_, element) in state { try collectStorages(element, depth: depth + 1) }
        case .tensor(let tensor): try collectStorage(of: tensor)
        }
    }

    private mutating func collectStorage(of tensor: Tensor) throws {
        guard tensor.isDefined else {
            throw FormatError("cannot be written: it holds a tensor that was never assigned")
        }
        let dtype = tensor.dtype
        guard let elementSize = dtype.byteCount, let identity = TensorStorage.identity(of: tensor) else {
            throw FormatError(
                "cannot be written: it holds a tensor of type \(dtype) that is sparse, quantised or has no elements in "
                    + "memory")
        }
        if let key = keys[identity] {
            if types[key] != .typed(dtype) { types[key] = .untyped }
        } else {
            let storage = TensorStorage(of: tensor)
            keys[identity] = storages.count
            storages.append(storage)
            // Bytes that make no whole number of elements cannot be counted in elements.
            types.append(storage.byteCount % elementSize == 0 ? StorageType(for: dtype) : .untyped)
        }
    }

    // MARK: Values

    private mutating func pickle(_ value: StateValue) throws {
        switch value {
        case .none: pickle.write(.none)
        case .bool(let value): pickle.write(value)
        case .int(let value): pickle.write(value)
        case .double(let value): pickle.write(value)
        case .string(let value): try pickle.write(value)
        case .tensor(let tensor): try pickle(tensor)
        case .list(let elements):
            pickle.write(.emptyList)
            guard !elements.isEmpty else { return }
            pickle.write(.mark)
            for element in elements { try pickle(element) }
            pickle.write(.appends)
        case .tuple(let elements):
            if elements.count > 3 { pickle.write(.mark) }
            for element in elements { try pickle(element) }
            pickle.closeTuple(count: elements.count)
        case .dictionary(let state):
            pickle.write(.emptyDictionary)
            guard !state.isEmpty else { return }
            pickle.write(.mark)
            for (key, element) in state {
                switch key {
                case .string(let name): try pickle.write(name)
                case .int(let number): pickle.write(number)
                }
                try pickle(element)
            }
            pickle.write(.setItems)
        }
    }

    /// The call of `torch._utils._rebuild_tensor_v2` (or v3) that makes the tensor again.
    private mutating func pickle(_ tensor: Tensor) throws {
        guard let identity = TensorStorage.identity(of: tensor), let key = keys[identity] else { return }
        let type = types[key]
        let geometry = TensorGeometry(of: tensor)
        let byteCount = storages[key].byteCount

        try pickle.write(object: UnsafeRawPointer(tensor.pointer)) { pickle in
            try pickle.write(type == .untyped ? .rebuildTensorV3 : .rebuildTensorV2)
            pickle.write(.mark)
            try pickle.write(storage: key, type: type, byteCount: byteCount)
            pickle.write(geometry.offset)
            pickle.write(tuple: geometry.shape)
            pickle.write(tuple: geometry.strides)
            pickle.write(false)  // requires_grad
            try pickle.write(.orderedDict)  // backward_hooks
            pickle.write(.emptyTuple)
            pickle.write(.reduce)
            if type == .untyped { try pickle.write(tensor.dtype.global) }
            if geometry.isConjugate || geometry.isNegative { try pickle.write(metadataOf: geometry) }
            pickle.write(.tuple)
            pickle.write(.reduce)
        }
    }
}

extension PickleWriter {
    /// The persistent id by which a pickle names a record.
    fileprivate mutating func write(storage key: Int, type: StorageType, byteCount: Int) throws {
        write(.mark)
        try write("storage")
        try write(type.global)
        try write(String(key))
        try write("cpu")
        write(byteCount / type.elementSize)
        write(.tuple)
        write(.binaryPersistentID)
    }

    fileprivate mutating func write(metadataOf geometry: TensorGeometry) throws {
        write(.emptyDictionary)
        write(.mark)
        if geometry.isConjugate {
            try write("conj")
            write(true)
        }
        if geometry.isNegative {
            try write("neg")
            write(true)
        }
        write(.setItems)
    }
}
