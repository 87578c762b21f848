import CTorch
import Torch

/// The whole memory behind one or more tensors, as a file's record holds it.
struct TensorStorage: Sendable {
    /// One of its tensors, which keeps it alive.
    private let owner: Tensor
    let byteCount: Int

    /// Distinguishes one storage from another while both are alive.
    struct Identity: Hashable, Sendable {
        let address: UInt
    }

    /// The storage of a tensor that has one.
    init(of tensor: Tensor) {
        owner = tensor
        byteCount = Int(ct_tensor_storage_byte_count(tensor.pointer))
        withExtendedLifetime(tensor) {}
    }

    /// Creates a storage on the CPU that `fill` fills.
    init(byteCount: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
        let tensor = try Tensor.empty([byteCount], dtype: .uint8, device: .cpu)
        try fill(UnsafeMutableRawBufferPointer(start: ct_tensor_mutable_data(tensor.pointer), count: byteCount))
        owner = tensor
        self.byteCount = byteCount
    }

    /// Creates a storage without memory, which describes shapes and types.
    init(describing byteCount: Int) throws {
        owner = try Tensor.empty([byteCount], dtype: .uint8, device: .meta)
        self.byteCount = byteCount
    }

    /// Wraps existing memory.
    init(_ memory: MappedFile) throws {
        owner = try memory.tensor()
        byteCount = memory.byteCount
    }

    /// Returns the identity of a tensor's storage; `nil` if it has none.
    var identity: Identity? { TensorStorage.identity(of: owner) }

    static func identity(of tensor: Tensor) -> Identity? {
        defer { withExtendedLifetime(tensor) {} }
        return ct_tensor_storage_identity(tensor.pointer).map { Identity(address: UInt(bitPattern: $0)) }
    }

    /// Calls `body` with all bytes, which are copied to the CPU first if they lie elsewhere.
    func withBytes(_ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard byteCount > 0 else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
        let source =
            owner.device == .cpu
            ? owner
            : try tensor(TensorGeometry(shape: [byteCount], strides: [1], offset: 0), dtype: .uint8).to(.cpu)
        defer { withExtendedLifetime(source) {} }
        guard let bytes = ct_tensor_storage_data(source.pointer) else { throw TorchError.last() }
        try body(UnsafeRawBufferPointer(start: bytes, count: byteCount))
    }

    /// Returns a copy of all bytes in the CPU's memory: in `spare`, which has the same size, or in new memory.
    func copyOnCPU(into spare: TensorStorage?) throws -> TensorStorage {
        guard byteCount > 0 else { return try TensorStorage(byteCount: 0) { _ in } }
        let geometry = TensorGeometry(shape: [byteCount], strides: [1], offset: 0)
        let bytes = try tensor(geometry, dtype: .uint8)
        if let spare {
            try spare.tensor(geometry, dtype: .uint8).copy_(bytes)
            return spare
        }
        return TensorStorage(of: owner.device == .cpu ? try bytes.clone() : try bytes.to(.cpu))
    }

    /// Returns a tensor that lies in this storage as `geometry` says.
    ///
    /// - Throws: if it would reach outside.
    func tensor(_ geometry: TensorGeometry, dtype: DType) throws -> Tensor {
        try geometry.requireFit(byteCount: byteCount, dtype: dtype)
        let (sizes, strides) = (geometry.shape.map { Int64($0) }, geometry.strides.map { Int64($0) })
        defer { withExtendedLifetime(owner) {} }
        return try Tensor(
            owning: ct_tensor_on_storage(
                owner.pointer, dtype.rawValue, sizes, strides, Int64(sizes.count), Int64(geometry.offset),
                geometry.isConjugate, geometry.isNegative))
    }
}

/// How a tensor lies in a storage, in elements.
struct TensorGeometry {
    var shape: [Int]
    var strides: [Int]
    var offset: Int
    /// Whether the elements still have to be conjugated or negated when they are read, which libtorch postpones.
    var isConjugate = false
    var isNegative = false

    /// The most dimensions of a tensor in a file that is written or read. libtorch has no limit, but its time grows
    /// with the square of their number.
    static let greatestDimensionCount = 1024

    init(shape: [Int], strides: [Int], offset: Int) {
        self.shape = shape
        self.strides = strides
        self.offset = offset
    }

    init(of tensor: Tensor) {
        shape = tensor.shape
        strides = tensor.strides
        offset = Int(ct_tensor_storage_offset(tensor.pointer))
        isConjugate = ct_tensor_is_conjugate(tensor.pointer)
        isNegative = ct_tensor_is_negative(tensor.pointer)
        withExtendedLifetime(tensor) {}
    }

    /// Throws unless every element lies in a storage of this many bytes. Nothing here overflows, whatever the numbers.
    func requireFit(byteCount: Int, dtype: DType) throws {
        guard shape.count == strides.count, shape.count <= TensorGeometry.greatestDimensionCount, offset >= 0,
            shape.allSatisfy({ $0 >= 0 }), strides.allSatisfy({ $0 >= 0 }),
            !isConjugate || dtype.isComplex, !isNegative || dtype != .bool,
            let elementSize = dtype.byteCount
        else { throw misfit(byteCount, dtype) }

        // The number of elements must be countable even if strides of zero repeat the same few.
        var elementCount = elementSize
        var last = offset
        for (size, stride) in zip(shape, strides) {
            let (product, overflow) = elementCount.multipliedReportingOverflow(by: max(size, 1))
            let (reach, reachOverflow) = stride.multipliedReportingOverflow(by: max(size - 1, 0))
            let (sum, sumOverflow) = last.addingReportingOverflow(reach)
            guard !overflow, !reachOverflow, !sumOverflow else { throw misfit(byteCount, dtype) }
            (elementCount, last) = (product, sum)
        }
        // An empty tensor needs no memory, wherever it points.
        guard shape.contains(0) || last < byteCount / elementSize else { throw misfit(byteCount, dtype) }
    }

    private func misfit(_ byteCount: Int, _ dtype: DType) -> FormatError {
        FormatError(
            "it is damaged: a tensor of type \(dtype), shape \(String(describing: shape).shortened), strides "
                + "\(String(describing: strides).shortened) and offset \(offset) does not fit its \(byteCount) bytes")
    }
}

extension Tensor {
    /// Throws if a file with this tensor could not be read again.
    func requireWritableShape(_ name: String? = nil) throws {
        let count = shape.count
        guard count <= TensorGeometry.greatestDimensionCount else {
            throw FormatError(
                "cannot be written: \(name.map { "the tensor '\($0.shortened)'" } ?? "it holds a tensor that") has \(count) "
                    + "dimensions, and a file takes up to \(TensorGeometry.greatestDimensionCount)")
        }
    }
}

extension TensorGeometry {
    /// Creates the geometry of a tensor whose elements lie one after the other in the order of their indices.
    ///
    /// - Throws: if it would have more elements than can be counted.
    init(contiguous shape: [Int]) throws {
        var strides = [Int](repeating: 1, count: shape.count)
        for dim in shape.indices.reversed().dropFirst() {
            let (stride, overflow) = strides[dim + 1].multipliedReportingOverflow(by: max(shape[dim + 1], 1))
            guard !overflow else { throw TensorGeometry.excess(shape) }
            strides[dim] = stride
        }
        self.init(shape: shape, strides: strides, offset: 0)
    }

    /// Returns the number of bytes that a contiguous tensor of this shape takes.
    func byteCount(of dtype: DType) throws -> Int {
        guard !shape.contains(0) else { return 0 }
        var count = dtype.byteCount ?? 0
        for size in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow else { throw TensorGeometry.excess(shape) }
            count = product
        }
        return count
    }

    private static func excess(_ shape: [Int]) -> FormatError {
        FormatError("it is damaged: a tensor of shape \(String(describing: shape).shortened) is too large")
    }
}

/// The memory that a tensor lies in, which is equal for tensors that share it.
package struct TensorMemory: Hashable {
    private let identity: TensorStorage.Identity
    /// The size of the whole memory, which may be more than the tensor uses.
    package let byteCount: Int

    /// `nil` for a tensor without elements in memory, such as a sparse one.
    package init?(of tensor: Tensor) {
        guard let identity = TensorStorage.identity(of: tensor) else { return nil }
        self.identity = identity
        byteCount = TensorStorage(of: tensor).byteCount
    }

    /// Returns the place in its memory at which a tensor begins, in elements.
    package static func offset(of tensor: Tensor) -> Int {
        TensorGeometry(of: tensor).offset
    }
}
