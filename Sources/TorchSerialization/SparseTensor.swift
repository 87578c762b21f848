import CTorch
import Torch

/// How a tensor is stored of which most elements are zero, under libtorch's number.
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

    /// The layout of a tensor; nil for one whose elements are all in memory.
    init?(of tensor: Tensor) {
        defer { withExtendedLifetime(tensor) {} }
        self.init(rawValue: ct_tensor_layout(tensor.pointer))
    }

    /// PyTorch's name of it.
    var name: String {
        SparseLayout.names.first { $0.layout == self }?.name ?? ""
    }
}

extension Tensor {
    /// Whether it is sparse and has the coordinates of its elements.
    package var hasCoordinates: Bool { SparseLayout(of: self) == .coordinates }
}

/// The parts that a file has of a sparse tensor.
struct SparseTensor {
    let layout: SparseLayout
    let shape: [Int]
    /// Where the elements are (one tensor of coordinates; or two, of compressed and of plain indices), and last the
    /// elements.
    let parts: [Tensor]
    /// Of coordinates: whether none occurs twice and they are in order; nil where nobody knows.
    let isCoalesced: Bool?

    init(layout: SparseLayout, shape: [Int], parts: [Tensor], isCoalesced: Bool?) {
        (self.layout, self.shape, self.parts, self.isCoalesced) = (layout, shape, parts, isCoalesced)
    }

    /// The parts of a tensor with this layout, without its history.
    init(of tensor: Tensor, layout: SparseLayout) throws {
        defer { withExtendedLifetime(tensor) {} }
        self.layout = layout
        shape = tensor.shape
        let count: Int32 = layout == .coordinates ? 2 : 3
        parts = try (0..<count).map { try Tensor(owning: ct_tensor_sparse_part(tensor.pointer, $0)) }
        isCoalesced = layout == .coordinates ? try tensor.isCoalesced() : nil
    }

    /// The tensor.
    ///
    /// - Throws: `TorchError` where the parts do not fit each other: every index is looked at.
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
