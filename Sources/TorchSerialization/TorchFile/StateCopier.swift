import CTorch
import Torch

/// Copies states as they are at one moment, so that another thread can write them while training continues.
package struct StateCopier {
    /// The memory of the last copy, by its size. Filling it again is several times as fast as getting new memory from
    /// the system.
    private var buffers: [Int: [TensorStorage]] = [:]

    package init() {}

    /// Copies every storage behind the state's tensors once, to the CPU.
    ///
    /// The copy is written as the same bytes, since tensors that share memory still share it, and one tensor under two
    /// names is still one. Copying waits for earlier computations on a tensor's device, as any operation does. The copy
    /// reuses the memory of the one before, which must not be read any more.
    ///
    /// - Throws: `TorchError` if there is too little memory.
    package mutating func copy(_ state: StateDict) throws -> StateDict {
        var pass = CopyPass(spare: buffers)
        // Memory that is no longer needed is freed, and all of it if this fails.
        buffers = [:]
        let copy = try noGrad { try pass.copy(state) }
        buffers = Dictionary(grouping: pass.copies) { $0.byteCount }
        return copy
    }
}

/// One copy of a state.
private struct CopyPass {
    private var spare: [Int: [TensorStorage]]
    /// The originals are kept so that no other tensor or storage takes the address of one of them meanwhile.
    private var tensors: [UnsafeRawPointer: (original: Tensor, copy: Tensor)] = [:]
    private var storages: [TensorStorage.Identity: (original: Tensor, copy: TensorStorage)] = [:]

    init(spare: [Int: [TensorStorage]]) {
        self.spare = spare
    }

    var copies: [TensorStorage] { storages.values.map(\.copy) }

    mutating func copy(_ state: StateDict) throws -> StateDict {
        var result = state
        for (key, value) in state { result[key] = try copy(value) }
        if !state.attributes.isEmpty { result.attributes = try copy(state.attributes) }
        return result
    }

    private mutating func copy(_ value: StateValue) throws -> StateValue {
        switch value {
        case .tensor(let tensor): return .tensor(try copy(tensor))
        case .list(let elements): return .list(try elements.map { try copy($0) })
        case .tuple(let elements): return .tuple(try elements.map { try copy($0) })
        case .set(let elements): return .set(try elements.map { try copy($0) })
        case .dictionary(let state): return .dictionary(try copy(state))
        case .none, .bool, .int, .bigInteger, .double, .complex, .string, .bytes, .dtype, .device, .size: return value
        }
    }

    private mutating func copy(_ tensor: Tensor) throws -> Tensor {
        guard tensor.isDefined else { return tensor }
        let address = UnsafeRawPointer(tensor.pointer)
        if let copy = tensors[address]?.copy { return copy }
        let result: Tensor
        if let identity = TensorStorage.identity(of: tensor) {
            let storage: TensorStorage
            if let known = storages[identity]?.copy {
                storage = known
            } else {
                let original = TensorStorage(of: tensor)
                storage = try original.copyOnCPU(into: spare[original.byteCount]?.popLast())
                storages[identity] = (tensor, storage)
            }
            result = try storage.tensor(TensorGeometry(of: tensor), dtype: tensor.dtype)
        } else {
            // A sparse tensor has no storage of its own.
            result = try tensor.detach().clone()
        }
        tensors[address] = (tensor, result)
        return result
    }
}
