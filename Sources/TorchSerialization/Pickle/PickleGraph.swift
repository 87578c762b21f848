import Torch

/// What a pickle describes, before it becomes a value: nodes that refer to each other by number.
///
/// They use numbers rather than references so that a hostile file can make neither a cycle that is never freed nor a
/// chain whose freeing overflows the stack. There is at most one node for each byte of the pickle.
struct PickleGraph {
    typealias Reference = Int

    enum Node {
        case none
        case bool(Bool)
        case int(Int)
        case bigInteger(BigInteger)
        case double(Double)
        case complex(real: Double, imaginary: Double)
        case string(String)
        case bytes([UInt8])
        case list([Reference])
        case tuple([Reference])
        case set([Reference])
        /// A tensor's shape, whose elements should be integers.
        case size([Reference])
        case dictionary(Entries)
        case device(String)
        case global(PickleGlobal)
        /// An object of a class that is read as its attributes, before they are set.
        case object(PickleGlobal)
        /// An index into `storages`.
        case storage(Int)
        /// A number of elements of a storage, from an offset on.
        case storagePart(Int, offset: Int, count: Int)
        /// An index into `tensors`.
        case tensor(Int)
        /// An index into `sparseTensors`.
        case sparseTensor(Int)
        case layout(SparseLayout)
        case numPyType(NumPyType)
        /// An array before its contents are set.
        case numPyArray

        /// Python's name for it, for an error.
        var typeName: String {
            switch self {
            case .none: "None"
            case .bool: "bool"
            case .int, .bigInteger: "int"
            case .double: "float"
            case .complex: "complex"
            case .string: "str"
            case .bytes: "bytes"
            case .list: "list"
            case .tuple: "tuple"
            case .set: "set"
            case .size: "Size"
            case .dictionary: "dict"
            case .device: "device"
            case .global(let global), .object(let global): "\(global)"
            case .storage, .storagePart: "storage"
            case .tensor, .sparseTensor: "Tensor"
            case .layout: "layout"
            case .numPyType: "numpy.dtype"
            case .numPyArray: "numpy.ndarray"
            }
        }
    }

    /// A dictionary.
    struct Entries {
        /// Keys and values by turns.
        var elements: [Reference] = []
        var kind = StateDict.Kind.plain
        /// The dictionary with its attributes.
        var attributes: Reference?
    }

    /// The elements of tensors: a record of the file, or a part of the pickle.
    struct Storage: Equatable {
        let key: String
        let type: StorageType
        let byteCount: Int
        /// The node with the bytes, if they are in the pickle.
        var contents: Reference?
        /// Whether the highest byte of each number comes first, whatever the file says about its records.
        var isBigEndian = false
    }

    /// A tensor that lies in a storage.
    struct TensorRecord {
        let storage: Int
        let dtype: DType
        let geometry: TensorGeometry
    }

    /// A tensor with only some of its elements stored.
    struct SparseTensorRecord {
        let layout: SparseLayout
        let shape: [Int]
        /// Indices into `tensors`: those of the places, and then the index of the values.
        let parts: [Int]
        let isCoalesced: Bool?
    }

    var nodes: [Node] = []
    var storages: [Storage] = []
    var tensors: [TensorRecord] = []
    var sparseTensors: [SparseTensorRecord] = []
    var root: Reference = 0
    /// The size of the pickle.
    var byteCount = 0
}
