import CTorch
import Torch

/// How a tensor that is mostly zeros is stored, under libtorch's number.
enum SparseLayout: Int32 {
    case coordinates = 1
    case compressedRows = 2
    case compressedColumns = 4
    case compressedRowBlocks = 5
    case compressedColumnBlocks = 6

    private static let names: [(layout: SparseLayout, name: String)] = [
        (.coordinates, "torch.sparse_coo"), (.compressedRows, "torch.sparse_csr"),
        (.compressedColumns, "torch.sparse_csc"), (.compressedRowBlocks, "torch.sparse_bsr"),
        (.compressedColumnBlocks, "torch.sparse_bsc"),
    ]

    /// The layout that a file names.
    init?(_ name: String) {
        guard let layout = SparseLayout.names.first(where: { $0.name == name })?.layout else { return nil }
        self = layout
    }

    /// The layout of a tensor; `nil` for one whose elements are all in memory.
    init?(of tensor: Tensor) {
        defer { withExtendedLifetime(tensor) {} }
        self.init(rawValue: ct_tensor_layout(tensor.pointer))
    }

    /// PyTorch's name for it.
    var name: String {
        SparseLayout.names.first { $0.layout == self }?.name ?? ""
    }
}

extension Tensor {
    /// Whether the tensor is sparse and has the coordinates of its elements.
    package var hasCoordinates: Bool { SparseLayout(of: self) == .coordinates }
}

/// The parts of a sparse tensor in a file.
struct SparseTensor {
    let layout: SparseLayout
    let shape: [Int]
    /// The places of the elements (one tensor of coordinates, or two of compressed and plain indices), and last the
    /// elements.
    let parts: [Tensor]
    /// Whether the coordinates are in order and none occurs twice; `nil` if that is unknown.
    let isCoalesced: Bool?

    init(layout: SparseLayout, shape: [Int], parts: [Tensor], isCoalesced: Bool?) {
        (self.layout, self.shape, self.parts, self.isCoalesced) = (layout, shape, parts, isCoalesced)
    }

    /// Takes the parts of a tensor with this layout, without its history.
    init(of tensor: Tensor, layout: SparseLayout) throws {
        defer { withExtendedLifetime(tensor) {} }
        self.layout = layout
        shape = tensor.shape
        let count: Int32 = layout == .coordinates ? 2 : 3
        parts = try (0..<count).map { try Tensor(owning: ct_tensor_sparse_part(tensor.pointer, $0)) }
        isCoalesced = layout == .coordinates ? try tensor.isCoalesced() : nil
    }

    /// Returns the tensor.
    ///
    /// - Throws: `TorchError` if the parts do not fit each other, for which every index is checked.
    func tensor() throws -> Tensor {
        defer { withExtendedLifetime(parts) {} }
        let sizes = shape.map { Int64($0) }
        let isCoalesced: Int8 = isCoalesced.map { $0 ? 1 : 0 } ?? -1
        return try Tensor(
            owning: ct_tensor_sparse(
                layout.rawValue, parts[0].pointer, parts.count == 3 ? parts[1].pointer : nil,
                parts[parts.count - 1].pointer, sizes, Int64(sizes.count), isCoalesced))
    }
}
