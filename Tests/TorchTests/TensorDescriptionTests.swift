import TestSupport
import Testing
import Torch

@Suite struct TensorDescriptionTests {
    /// A tensor that tensor-descriptions.py made, and what PyTorch printed of it.
    struct Case: Decodable {
        let name: String
        let values: [String]?
        /// Stands for many values: their number, what each is divided by and taken modulo of.
        let steps: [Int]?
        let imaginary: [String]?
        let shape: [Int]
        let dtype: String
        let requiresGrad: Bool
        let function: String?
        let text: String

        func tensor() throws -> Tensor {
            var tensor = try Tensor(numbers, shape: shape)
            if dtype.hasPrefix("complex") {
                let parts = try imaginary.map { try Tensor($0.map(Case.number), shape: shape) } ?? tensor.neg()
                tensor = try Tensor.complex(tensor, parts)
            }
            tensor = try tensor.to(try #require(Case.dtypes[dtype]))
            if requiresGrad { try tensor.requiresGrad_() }
            return switch function {
            case "add": try tensor + 1
            case "sum": try tensor.sum()
            case "view": try tensor.view(-1)
            case "transpose": try tensor.transpose(0, 1)
            case "expand": try tensor.expand([3] + tensor.shape)
            default: tensor
            }
        }

        private var numbers: [Double] {
            if let values { return values.map(Case.number) }
            guard let steps else { return [] }
            return (0..<steps[0]).map { Double($0 % steps[2]) / Double(steps[1]) }
        }

        private static func number(_ text: String) -> Double {
            Double(text) ?? (text == "True" ? 1 : 0)
        }

        static let dtypes: [String: DType] = [
            "float16": .float16, "float32": .float32, "float64": .float64, "bfloat16": .bfloat16,
            "float8_e5m2": .float8e5m2, "float8_e4m3fn": .float8e4m3fn, "complex64": .complex64,
            "complex128": .complex128, "bool": .bool, "uint8": .uint8, "uint16": .uint16, "uint64": .uint64,
            "int8": .int8, "int16": .int16, "int32": .int32, "int64": .int64,
        ]
    }

    @Test("a tensor prints what PyTorch prints")
    func printsAsPyTorch() throws {
        for example in try fixture("tensor-descriptions", as: [Case].self) {
            let text = try example.tensor().description
            #expect(text == example.text, "\(example.name)")
        }
    }
}
