import CTorch
import Torch

/// Writes a value as the pickle that `torch.save` would write, and collects the storages of its tensors.
struct StatePickler {
    /// How deeply lists, tuples and dictionaries may be nested in a file that is read or written.
    static let greatestDepth = 100

    /// The storages, each once; the record of the first is named 0.
    private(set) var storages: [TensorStorage] = []
    private var pickle = PickleWriter()
    private var keys: [TensorStorage.Identity: Int] = [:]
    private var types: [StorageType] = []
    /// The parts of the sparse tensors, which live as long as this does.
    private var sparseTensors: [UnsafeRawPointer: SparseTensor] = [:]

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

    /// Gives every storage its key and type, in the order in which they occur.
    ///
    /// This comes before writing, since a storage that tensors of several types share is written without a type:
    /// PyTorch refuses to save such tensors, but reads them.
    private mutating func collectStorages(_ value: StateValue, depth: Int) throws {
        guard depth <= StatePickler.greatestDepth else {
            throw FormatError(
                "cannot be written: the value is nested more than \(StatePickler.greatestDepth) levels deep")
        }
        switch value {
        case .none, .bool, .int, .bigInteger, .double, .complex, .string, .bytes, .dtype, .device, .size: break
        case .list(let elements), .tuple(let elements), .set(let elements):
            for element in elements { try collectStorages(element, depth: depth + 1) }
        case .dictionary(let state):
            for (_, element) in state { try collectStorages(element, depth: depth + 1) }
            for (_, element) in state.writtenAttributes { try collectStorages(element, depth: depth + 2) }
        case .tensor(let tensor): try collectStorages(of: tensor)
        }
    }

    private mutating func collectStorages(of tensor: Tensor) throws {
        guard tensor.isDefined else {
            throw FormatError("cannot be written: it holds a tensor that was never assigned")
        }
        try tensor.requireWritableShape()
        if let layout = SparseLayout(of: tensor) {
            let identity = UnsafeRawPointer(tensor.pointer)
            guard sparseTensors[identity] == nil else { return }
            let sparse = try SparseTensor(of: tensor, layout: layout)
            sparseTensors[identity] = sparse
            for part in sparse.parts { try collectStorage(of: part) }
        } else {
            try collectStorage(of: tensor)
        }
    }

    private mutating func collectStorage(of tensor: Tensor) throws {
        let dtype = tensor.dtype
        guard let elementSize = dtype.byteCount, let identity = TensorStorage.identity(of: tensor) else {
            throw FormatError(
                "cannot be written: it holds a tensor of type \(dtype) that is quantized or has no elements in memory")
        }
        if let key = keys[identity] {
            if types[key] != .typed(dtype) { types[key] = .untyped }
        } else {
            let storage = TensorStorage(of: tensor)
            keys[identity] = storages.count
            storages.append(storage)
            // Bytes that do not make a whole number of elements cannot be counted in elements.
            types.append(storage.byteCount % elementSize == 0 ? StorageType(for: dtype) : .untyped)
        }
    }

    // MARK: Values

    private mutating func pickle(_ value: StateValue) throws {
        switch value {
        case .none: pickle.write(.none)
        case .bool(let value): pickle.write(value)
        case .int(let value): pickle.write(value)
        case .bigInteger(let value): try pickle.write(value)
        case .double(let value): pickle.write(value)
        case .complex(let real, let imaginary):
            try pickle.call(.complex, count: 2) {
                $0.write(real)
                $0.write(imaginary)
            }
        case .string(let value): try pickle.write(value)
        case .bytes(let value): try pickle.write(value)
        case .dtype(let dtype): try pickle.write(dtype)
        case .device(let name): try pickle.write(device: name)
        case .size(let sizes): try pickle.call(.size, count: 1) { $0.write(tuple: sizes) }
        case .tensor(let tensor): try pickle(tensor)
        case .list(let elements): try pickle(list: elements)
        case .tuple(let elements):
            if elements.count > 3 { pickle.write(.mark) }
            for element in elements { try pickle(element) }
            pickle.closeTuple(count: elements.count)
        case .set(let elements):
            for element in elements { try element.requireHashable() }
            try pickle.write(.set)
            try pickle(list: elements)
            pickle.write(.tuple1)
            pickle.write(.reduce)
        case .dictionary(let state): try pickle(state)
        }
    }

    private mutating func pickle(list elements: [StateValue]) throws {
        pickle.write(.emptyList)
        guard !elements.isEmpty else { return }
        pickle.write(.mark)
        for element in elements { try pickle(element) }
        pickle.write(.appends)
    }

    private mutating func pickle(_ state: StateDict) throws {
        switch state.kind {
        case .plain: try pickle(items: state)
        case .counter:
            try pickle.write(.counter)
            try pickle(items: state)
            pickle.write(.tuple1)
            pickle.write(.reduce)
        case .ordered:
            try pickle.call(.orderedDict, count: 0) { _ in }
            try pickle(itemsOf: state)
            guard !state.writtenAttributes.isEmpty else { return }
            try pickle(items: state.writtenAttributes)
            pickle.write(.build)
        }
    }

    private mutating func pickle(items state: StateDict) throws {
        pickle.write(.emptyDictionary)
        try pickle(itemsOf: state)
    }

    /// Writes the instructions that fill the dictionary written last.
    private mutating func pickle(itemsOf state: StateDict) throws {
        try state.requireDistinctKeys()
        guard !state.isEmpty else { return }
        pickle.write(.mark)
        for (key, element) in state {
            try pickle(key)
            try pickle(element)
        }
        pickle.write(.setItems)
    }

    private mutating func pickle(_ key: StateDict.Key) throws {
        switch key {
        case .string(let name): try pickle.write(name)
        case .int(let number): pickle.write(number)
        case .none: pickle.write(PickleOpcode.none)
        case .bool(let value): pickle.write(value)
        case .double(let number): pickle.write(number)
        case .bigInteger(let number): try pickle.write(number)
        case .bytes(let bytes): try pickle.write(bytes)
        case .dtype(let dtype): try pickle.write(dtype)
        case .tuple(let keys):
            if keys.count > 3 { pickle.write(.mark) }
            for key in keys { try pickle(key) }
            pickle.closeTuple(count: keys.count)
        }
    }

    // MARK: Tensors

    private mutating func pickle(_ tensor: Tensor) throws {
        let identity = UnsafeRawPointer(tensor.pointer)
        guard let sparse = sparseTensors[identity] else { return try pickle(dense: tensor) }
        // The parts depend on what was written before, since the memo covers the whole pickle.
        guard !pickle.refer(to: identity) else { return }
        try pickle.write(.rebuildSparseTensor)
        try pickle.call(.layout, count: 1) { try $0.write(sparse.layout.name) }
        pickle.write(.mark)
        for part in sparse.parts { try pickle(dense: part) }
        try pickle.call(.size, count: 1) { $0.write(tuple: sparse.shape) }
        if let isCoalesced = sparse.isCoalesced { pickle.write(isCoalesced) }
        pickle.write(.tuple)
        pickle.write(.tuple2)
        pickle.write(.reduce)
        pickle.remember(identity)
    }

    /// Writes the call of `torch._utils._rebuild_tensor_v2` (or v3) that creates the tensor again.
    private mutating func pickle(dense tensor: Tensor) throws {
        guard let identity = TensorStorage.identity(of: tensor), let key = keys[identity] else { return }
        let object = UnsafeRawPointer(tensor.pointer)
        guard !pickle.refer(to: object) else { return }
        let type = types[key]
        let geometry = TensorGeometry(of: tensor)

        try pickle.write(type == .untyped ? .rebuildTensorV3 : .rebuildTensorV2)
        pickle.write(.mark)
        try pickle.write(storage: key, type: type, byteCount: storages[key].byteCount)
        pickle.write(geometry.offset)
        pickle.write(tuple: geometry.shape)
        pickle.write(tuple: geometry.strides)
        pickle.write(false)  // requires_grad
        try pickle.call(.orderedDict, count: 0) { _ in }  // backward_hooks
        if type == .untyped { try pickle.write(tensor.dtype) }
        if geometry.isConjugate || geometry.isNegative { try pickle.write(metadataOf: geometry) }
        pickle.write(.tuple)
        pickle.write(.reduce)
        pickle.remember(object)
    }
}

extension PickleWriter {
    /// Writes the persistent id by which a pickle names a record.
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

    fileprivate mutating func write(_ dtype: DType) throws {
        guard dtype.byteCount != nil else {
            throw FormatError("cannot be written: PyTorch has no type \(dtype)")
        }
        try write(dtype.global)
    }

    /// `torch.device(kind)` or `torch.device(kind, index)`.
    fileprivate mutating func write(device name: String) throws {
        let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = parts.first, !kind.isEmpty else {
            throw FormatError("cannot be written: '\(name.shortened)' is no device")
        }
        guard parts.count == 2 else { return try call(.device, count: 1) { try $0.write(String(kind)) } }
        guard let index = Int(parts[1]) else {
            throw FormatError("cannot be written: '\(name.shortened)' is no device")
        }
        try call(.device, count: 2) {
            try $0.write(String(kind))
            $0.write(index)
        }
    }
}
