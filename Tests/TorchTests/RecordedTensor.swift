import TestSupport
import Testing
import Torch

/// A tensor as generated_operations.py writes it: complex and sparse ones too.
struct RecordedTensor: Decodable {
    let dtype: String
    let shape: [Int]
    /// The elements, complex ones as two numbers each; `nil` for a sparse tensor, and if only shape and type are
    /// settled.
    let values: [Double]?
    let requiresGrad: Bool?

    // Of a sparse tensor.
    let indices: FixtureTensor?
    let elements: FixtureTensor?
    let isCoalesced: Bool?

    /// The tensor itself; `nil` if its elements are not settled.
    func tensor() throws -> Tensor? {
        if let indices, let elements {
            return try Tensor.sparseCooTensor(
                indices.tensor, values: elements.tensor, size: shape,
                isCoalesced: isCoalesced == true ? true : nil)
        }
        guard let values else { return nil }
        let type = try #require(RecordedTensor.types[dtype], "no dtype \(dtype) in the fixture")
        guard type.isComplex else {
            let tensor = try Tensor(values, shape: shape).to(type)
            return requiresGrad == true ? try tensor.requiresGrad_() : tensor
        }
        let numbers = try Tensor(values, shape: shape + [2]).to(RecordedTensor.realTypes[type] ?? .float64)
        return try Tensor.viewAsComplex(numbers)
    }

    /// Records an issue if a result differs.
    func expect(_ actual: Tensor, _ comment: String) throws {
        guard let expected = try tensor() else {
            #expect(actual.shape == shape && "\(actual.dtype)" == dtype, "\(comment)")
            return
        }
        guard actual.dtype == expected.dtype else {
            Issue.record("\(comment) \(actual.dtype)\(actual.shape) instead of \(expected.dtype)\(expected.shape)")
            return
        }
        try expectClose(plain(actual, comment), plain(expected, comment), relative: 1e-6, absolute: 1e-7, comment)
    }

    /// In real numbers that lie in memory one after another.
    private func plain(_ tensor: Tensor, _ comment: String) throws -> Tensor {
        if let isCoalesced {
            #expect(try tensor.isCoalesced() == isCoalesced, "\(comment)")
            return try tensor.toDense()
        }
        return tensor.dtype.isComplex ? try Tensor.viewAsReal(tensor.resolveConj()) : tensor
    }

    private static let types: [String: DType] = Dictionary(
        uniqueKeysWithValues: [
            DType.uint8, .int8, .int16, .int32, .int64, .uint64, .float16, .bfloat16, .float32, .float64, .complex32,
            .complex64, .complex128, .bool,
        ].map { ("\($0)", $0) })
    private static let realTypes: [DType: DType] = [.complex32: .float16, .complex64: .float32]
}
