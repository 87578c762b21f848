import Torch

extension DType {
    /// ONNX's number of the type; `nil` if it has none that runtimes compute with.
    var onnx: Int32? {
        switch self {
        case .float32: 1
        case .uint8: 2
        case .int8: 3
        case .int16: 5
        case .int32: 6
        case .int64: 7
        case .bool: 9
        case .float16: 10
        case .float64: 11
        case .bfloat16: 16
        default: nil
        }
    }

    /// Floating-point numbers over integers over truth values, as PyTorch widens tensors.
    private var category: Int {
        self == .bool ? 0 : isFloatingPoint ? 2 : 1
    }

    /// The type that two tensors are compared in.
    func promoted(with other: DType) -> DType {
        if self == other { return self }
        if category != other.category { return category > other.category ? self : other }
        let order: [DType] = [.bool, .uint8, .int8, .int16, .int32, .int64, .float16, .bfloat16, .float32, .float64]
        let (left, right) = (order.firstIndex(of: self) ?? 0, order.firstIndex(of: other) ?? 0)
        return order[max(left, right)]
    }
}
