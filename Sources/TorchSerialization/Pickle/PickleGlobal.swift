/// A name that a pickle looks up in a Python module.
///
/// Modules have the names of Python 3 and NumPy 2, whatever wrote the pickle.
struct PickleGlobal: Hashable {
    let module: String
    let name: String

    init(module: String, name: String) {
        self.module = PickleGlobal.renamed[module] ?? module
        self.name = name
    }

    private static let renamed = [
        "__builtin__": "builtins", "copy_reg": "copyreg", "pathlib._local": "pathlib",
        "numpy.core.multiarray": "numpy._core.multiarray", "numpy.core.numeric": "numpy._core.numeric",
    ]

    // Collections
    static let orderedDict = PickleGlobal(module: "collections", name: "OrderedDict")
    static let defaultDict = PickleGlobal(module: "collections", name: "defaultdict")
    static let counter = PickleGlobal(module: "collections", name: "Counter")
    static let set = PickleGlobal(module: "builtins", name: "set")
    static let frozenSet = PickleGlobal(module: "builtins", name: "frozenset")

    // Bytes and numbers
    static let bytes = PickleGlobal(module: "builtins", name: "bytes")
    static let byteArray = PickleGlobal(module: "builtins", name: "bytearray")
    static let encode = PickleGlobal(module: "_codecs", name: "encode")
    static let complex = PickleGlobal(module: "builtins", name: "complex")

    // PyTorch
    static let size = PickleGlobal(module: "torch", name: "Size")
    static let device = PickleGlobal(module: "torch", name: "device")
    static let layout = PickleGlobal(module: "torch.serialization", name: "_get_layout")
    static let untypedStorage = PickleGlobal(module: "torch.storage", name: "UntypedStorage")
    static let tensor = PickleGlobal(module: "torch", name: "Tensor")
    static let parameter = PickleGlobal(module: "torch.nn.parameter", name: "Parameter")
    static let rebuildTensor = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor")
    static let rebuildTensorV2 = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor_v2")
    static let rebuildTensorV3 = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor_v3")
    static let rebuildParameter = PickleGlobal(module: "torch._utils", name: "_rebuild_parameter")
    static let rebuildParameterWithState = PickleGlobal(
        module: "torch._utils", name: "_rebuild_parameter_with_state")
    static let rebuildDeviceTensor = PickleGlobal(
        module: "torch._utils", name: "_rebuild_device_tensor_from_cpu_tensor")
    static let rebuildSparseTensor = PickleGlobal(module: "torch._utils", name: "_rebuild_sparse_tensor")
    static let rebuildQuantizedTensor = PickleGlobal(module: "torch._utils", name: "_rebuild_qtensor")
    static let rebuildFromType = PickleGlobal(module: "torch._tensor", name: "_rebuild_from_type_v2")

    // NumPy
    static let numPyArray = PickleGlobal(module: "numpy", name: "ndarray")
    static let numPyType = PickleGlobal(module: "numpy", name: "dtype")
    static let reconstructArray = PickleGlobal(module: "numpy._core.multiarray", name: "_reconstruct")
    static let numPyScalar = PickleGlobal(module: "numpy._core.multiarray", name: "scalar")
    static let arrayFromBuffer = PickleGlobal(module: "numpy._core.numeric", name: "_frombuffer")
}

extension PickleGlobal: CustomStringConvertible {
    var description: String {
        "\(module).\(name)".shortened
    }
}
