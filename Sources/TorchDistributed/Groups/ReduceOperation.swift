import CTorch
import Torch

/// How an operation combines the elements that the ranks have at one place.
public enum ReduceOperation: String, Sendable, CaseIterable {
    case sum
    /// The sum divided by the number of ranks: PyTorch's `ReduceOp.AVG`, which its Gloo backend does not have.
    case mean
    case product
    case min
    case max

    /// What c10d does; the mean is a sum that is divided afterwards.
    var c: CTReduceOp {
        switch self {
        case .sum, .mean: CTReduceOpSum
        case .product: CTReduceOpProduct
        case .min: CTReduceOpMinimum
        case .max: CTReduceOpMaximum
        }
    }

    /// A number for other ranks.
    var number: Int64 { Int64(ReduceOperation.allCases.firstIndex(of: self) ?? 0) }

    /// The name for a number from another rank.
    static func name(_ number: Int64) -> String {
        let all = ReduceOperation.allCases
        return Int(exactly: number).flatMap { all.indices.contains($0) ? all[$0].rawValue : nil } ?? "unknown"
    }

    /// Whether Gloo can combine elements of this type so.
    func accepts(_ dtype: DType) -> Bool {
        switch dtype {
        case .float16, .bfloat16, .float32, .float64: true
        case .uint8, .int8, .int32, .int64: self != .mean
        case .bool: self == .min || self == .max
        case .complex64, .complex128: self == .sum || self == .mean
        default: false
        }
    }
}
