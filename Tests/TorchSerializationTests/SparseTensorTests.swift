import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

@Suite("Sparse tensors in a file")
struct SparseTensorTests {
    /// A file of a sparse tensor with these parts.
    private func load(
        _ layout: String, _ parts: [Tensor], shape: [Int], isCoalesced: Bool? = nil, repeated count: Int = 1
    ) throws -> String {
        var storages: [String: [UInt8]] = [:]
        var writer = PickleWriter()
        writer.write(.mark)
        for _ in 0..<count {
            try writer.call(.rebuildSparseTensor, count: 2) { writer in
                try writer.call(.layout, count: 1) { try $0.write(layout) }
                writer.write(.mark)
                for (key, part) in parts.enumerated() {
                    storages["data/\(key)"] = try part.bytes
                    try writer.call(.rebuildTensorV2, count: 6) { writer in
                        writer.write(.mark)
                        try writer.write("storage")
                        try writer.write(StorageType(for: part.dtype).global)
                        try writer.write("\(key)")
                        try writer.write("cpu")
                        writer.write(part.count)
                        writer.write(.tuple)
                        writer.write(.binaryPersistentID)
                        writer.write(0)
                        writer.write(tuple: part.shape)
                        writer.write(tuple: part.strides)
                        writer.write(false)
                        writer.write(PickleOpcode.none)
                    }
                }
                writer.write(tuple: shape)
                if let isCoalesced { writer.write(isCoalesced) }
                writer.write(.tuple)
            }
        }
        writer.write(.tuple)
        writer.write(.stop)
        return try withFolder { folder in
            let file = folder.appending(path: "sparse.pth")
            try writeArchive(to: file, ["data.pkl": writer.bytes].merging(storages) { first, _ in first })
            return try StateText.of(TorchFile.load(file))
        }
    }

    @Test("coordinates that lie inside are a tensor")
    func coordinates() throws {
        let (indices, values) = (try Tensor([[0, 1]]), try Tensor([1, 2], dtype: .uint8))
        #expect(
            try load("torch.sparse_coo", [indices, values], shape: [2], isCoalesced: true).hasPrefix(
                "(torch.sparse_coo[2](int64[1, 2]"))
    }

    @Test("indices outside, parts of other shapes and false claims are errors")
    func wrongCoordinates() throws {
        let values = try Tensor([1, 2], dtype: .float32)
        let cases: [(indices: Tensor, shape: [Int], isCoalesced: Bool?)] = [
            (try Tensor([[0, 2]]), [2], nil), (try Tensor([[0, -1]]), [2], nil), (try Tensor([[0, 1, 1]]), [2], nil),
            (try Tensor([0, 1]), [2], nil), (try Tensor([[0, 1]], dtype: .float32), [2], nil),
            (try Tensor([[0, 1]]), [], nil), (try Tensor([[0, 1]]), [2, 2], nil), (try Tensor([[1, 0]]), [2], true),
            (try Tensor([[0, 1]]), [-2], nil), (try Tensor([[0, 1]]), [2, .max, .max], nil),
            (try Tensor([[0, 1]]), [.max, 2], nil),
        ]
        for (indices, shape, isCoalesced) in cases {
            let reason = reason {
                _ = try load("torch.sparse_coo", [indices, values], shape: shape, isCoalesced: isCoalesced)
            }
            #expect(reason.hasPrefix("it is damaged: a sparse tensor"), "\(indices.shape) \(shape): \(reason)")
        }
    }

    @Test("compressed indices that are no such are errors")
    func wrongCompressed() throws {
        let values = try Tensor([1, 2], dtype: .float32)
        let cases: [(compressed: [Int], plain: [Int])] = [
            ([0, 1, 3], [0, 1]), ([0, 2, 1], [0, 1]), ([1, 1, 2], [0, 1]), ([0, 1], [0, 1]), ([0, 1, 2], [0, 2]),
            ([0, 1, 2], [-1, 0]), ([0, 2, 2], [1, 0]), ([0, 2, 2], [1, 1]), ([0, -1, 2], [0, 1]),
            ([0, .max, 2], [0, 1]), ([0, 1, 2], [0]),
        ]
        #expect(try load("torch.sparse_csr", [Tensor([0, 1, 2]), Tensor([1, 0]), values], shape: [2, 2]).count > 10)
        for (compressed, plain) in cases {
            for layout in ["torch.sparse_csr", "torch.sparse_csc", "torch.sparse_bsr"] {
                let reason = reason {
                    _ = try load(layout, [Tensor(compressed), Tensor(plain), values], shape: [2, 2])
                }
                #expect(
                    reason.hasPrefix("it is damaged: a sparse tensor"), "\(layout) \(compressed) \(plain): \(reason)")
            }
        }
        #expect(
            reason { _ = try load("torch.strided", [Tensor([0, 1, 2]), Tensor([1, 0]), values], shape: [2, 2]) }
                .contains("of other kinds"))
        #expect(
            reason { _ = try load("torch.sparse_csr", [Tensor([0]), values], shape: [2, 2]) }.contains("of other kinds")
        )
    }

    @Test("blocks without elements are an error, as operations would divide by their sizes")
    func emptyBlocks() throws {
        let (none, blocks) = (try Tensor.zeros([0], dtype: .int64), try Tensor.zeros([0, 0, 0]))
        for layout in ["torch.sparse_bsr", "torch.sparse_bsc"] {
            let reason = reason { _ = try load(layout, [Tensor([0]), none, blocks], shape: [0, 0]) }
            #expect(reason.contains("a sparse tensor has empty blocks"), "\(reason)")
        }
    }

    @Test("the same indices again and again are an error, not hours")
    func repeated() throws {
        let (indices, values) = (try Tensor.zeros([1, 5000], dtype: .int64), try Tensor.zeros([5000], dtype: .uint8))
        let reason = reason {
            _ = try load("torch.sparse_coo", [indices, values], shape: [2], repeated: 300)
        }
        #expect(reason.hasPrefix("it refers to its parts so often"))
    }

    @Test("one sparse tensor twice is one when it is loaded, and shares its values with others")
    func sharing() throws {
        let matrix = try Tensor([[0, 1], [2, 0]], dtype: .float32).toSparse()
        let values = try matrix.values()
        guard
            case .list(let loaded) = try roundTrip(.list([.tensor(matrix), .tensor(values), .tensor(matrix)])),
            case .tensor(let first) = loaded[0], case .tensor(let second) = loaded[1],
            case .tensor(let third) = loaded[2]
        else {
            Issue.record("no list of three tensors")
            return
        }
        #expect(first.isSame(as: third))
        _ = try second.zero_()
        #expect(try first.toDense().sum().item(Float.self) == 0)
    }
}
