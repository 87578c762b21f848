/// The instructions of Python's pickle format, as its module `pickletools` lists them.
///
/// Those that are missing make objects of a class (`INST`, `OBJ`), look something up in a registry (`EXT1`), or belong to
/// protocols 0 and 1, which `torch.save` does not use.
enum PickleOpcode: UInt8 {
    case mark = 0x28  // (
    case emptyTuple = 0x29  // )
    case stop = 0x2E  // .
    case pop = 0x30  // 0
    case popMark = 0x31  // 1
    case duplicate = 0x32  // 2
    case binaryBytes = 0x42  // B
    case shortBinaryBytes = 0x43  // C
    case binaryFloat = 0x47  // G
    case binaryInt = 0x4A  // J
    case binaryInt1 = 0x4B  // K
    case binaryInt2 = 0x4D  // M
    case none = 0x4E  // N
    case binaryPersistentID = 0x51  // Q
    case reduce = 0x52  // R
    case binaryString = 0x54  // T
    case shortBinaryString = 0x55  // U
    case binaryUnicode = 0x58  // X
    case emptyList = 0x5D  // ]
    case append = 0x61  // a
    case build = 0x62  // b
    case global = 0x63  // c
    case dictionary = 0x64  // d
    case appends = 0x65  // e
    case binaryGet = 0x68  // h
    case longBinaryGet = 0x6A  // j
    case list = 0x6C  // l
    case binaryPut = 0x71  // q
    case longBinaryPut = 0x72  // r
    case setItem = 0x73  // s
    case tuple = 0x74  // t
    case setItems = 0x75  // u
    case emptyDictionary = 0x7D  // }
    case protocolVersion = 0x80
    case newObject = 0x81
    case tuple1 = 0x85
    case tuple2 = 0x86
    case tuple3 = 0x87
    case newTrue = 0x88
    case newFalse = 0x89
    case long1 = 0x8A
    case long4 = 0x8B
    case shortBinaryUnicode = 0x8C
    case binaryUnicode8 = 0x8D
    case binaryBytes8 = 0x8E
    case emptySet = 0x8F
    case addItems = 0x90
    case frozenSet = 0x91
    case newObjectWithNames = 0x92
    case stackGlobal = 0x93
    case memoize = 0x94
    case frame = 0x95
    case byteArray8 = 0x96
}

/// A name that a pickle looks up in a Python module.
struct PickleGlobal: Hashable {
    let module: String
    let name: String

    static let orderedDict = PickleGlobal(module: "collections", name: "OrderedDict")
    static let counter = PickleGlobal(module: "collections", name: "Counter")
    static let rebuildTensorV2 = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor_v2")
    static let rebuildTensorV3 = PickleGlobal(module: "torch._utils", name: "_rebuild_tensor_v3")
    static let rebuildParameter = PickleGlobal(module: "torch._utils", name: "_rebuild_parameter")
    static let size = PickleGlobal(module: "torch", name: "Size")
    static let device = PickleGlobal(module: "torch", name: "device")
    static let untypedStorage = PickleGlobal(module: "torch.storage", name: "UntypedStorage")
}

extension PickleGlobal: CustomStringConvertible {
    /// Protocol 2 writes Python 2's module names; whoever reads an error looks for those of Python 3.
    var description: String {
        (module == "__builtin__" ? "builtins.\(name)" : "\(module).\(name)").shortened
    }
}
