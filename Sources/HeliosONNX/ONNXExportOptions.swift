// A program names the Python of a validation without a further import.
@_exported import struct HeliosPython.PythonCommand

/// How `exportToONNX` writes a network.
public struct ONNXExportOptions: Sendable {
    /// The names of the inputs; `nil` is `input` for one, and `input_0`, `input_1`, … for several.
    public var inputNames: [String]?
    /// The names of the outputs; `nil` is `output` for one, and `output_0`, `output_1`, … for several.
    public var outputNames: [String]?
    /// The dimensions of inputs whose size may differ from call to call: by the input's name, the dimension, and a name for
    /// its size. Dimensions of one name always have one size.
    ///
    /// The network is called again with twice the size, which shows what depends on it.
    public var dynamicAxes: [String: [Int: String]]
    /// Whether and how onnxruntime computes the network's outputs again; `nil` leaves it out.
    public var validation: ONNXValidation?
    /// From how many bytes of weights on they lie in a file of their own, beside the network's and of its name with
    /// `.data` at the end. ONNX's format has no room for more than 2 GiB.
    public var externalDataThreshold: Int

    /// Creates options.
    public init(
        inputNames: [String]? = nil, outputNames: [String]? = nil, dynamicAxes: [String: [Int: String]] = [:],
        validation: ONNXValidation? = nil, externalDataThreshold: Int = 2_000_000_000
    ) {
        self.inputNames = inputNames
        self.outputNames = outputNames
        self.dynamicAxes = dynamicAxes
        self.validation = validation
        self.externalDataThreshold = externalDataThreshold
    }
}

/// How an exported network is compared with the original: onnx checks the file, and onnxruntime runs it.
///
/// Both are packages of Python, and run in a process of their own: `pip install onnx onnxruntime`.
public struct ONNXValidation: Sendable {
    /// By how much outputs may differ, as a share of the expected number, and beside that.
    public var rtol: Double, atol: Double
    /// Whether the file is written though the outputs differ. The export throws in either case.
    public var savesOnFailure: Bool
    /// The Python that has the packages.
    public var python: PythonCommand

    /// Creates options.
    public init(
        rtol: Double = 1e-3, atol: Double = 1e-5, savesOnFailure: Bool = false, python: PythonCommand = PythonCommand()
    ) {
        self.rtol = rtol
        self.atol = atol
        self.savesOnFailure = savesOnFailure
        self.python = python
    }
}
