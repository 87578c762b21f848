import Torch

/// What a pickle describes, before it is a value: nodes that refer to each other by number.
///
/// Numbers rather than references, so that a hostile file can neither make a cycle that is never freed nor a chain whose
/// freeing overflows the stack. There is at most one node for each byte of the pickle.
struct PickleGraph {
    typealias Reference = Int

    enum Node {
        case none
        case bool(Bool)
        case int(Int)
        case double(Double)
        case string(String)
        case list([Reference])
        case tuple([Reference])
        /// Keys and values in turns.
        case dictionary([Reference])
        case global(PickleGlobal)
        /// An index into `storages`.
        case storage(Int)
        /// An index into `tensors`.
        case tensor(Int)

        /// What Python calls it, for an error.
        var typeName: String {
            switch self {
            case .none: "None"
            case .bool: "bool"
            case .int: "int"
            case .double: "float"
            case .string: "str"
            case .list: "list"
            case .tuple: "tuple"
            case .dictionary: "dict"
            case .global(let global): "\(global)"
            case .storage: "storage"
            case .tensor: "Tensor"
            }
        }
    }

    /// A record with the elements of tensors.
    struct Storage: Equatable {
        let key: String
        let type: StorageType
        let byteCount: Int
    }

    /// A tensor that lies in a storage.
    struct TensorRecord {
        let storage: Int
        let dtype: DType
        let geometry: TensorGeometry
    }

    var nodes: [Node] = []
    var storages: [Storage] = []
    var tensors: [TensorRecord] = []
    var root: Reference = 0
    /// The size of the pickle that this came from.
    var byteCount = 0
}
