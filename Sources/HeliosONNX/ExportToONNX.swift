import Foundation
import Torch
import TorchNN
import TorchScript
import TorchSerialization

/// Writes a network as ONNX, which other programs run.
///
/// ```swift
/// try exportToONNX(
///     network, Tensor.zeros([1, 3, 224, 224]), to: "network.onnx",
///     options: ONNXExportOptions(dynamicAxes: ["input": [0: "batch"]]))
/// ```
/// The network runs once in evaluation mode, and its operations are written down: see docs/onnx.md.
/// - Throws: ``ONNXExportError`` that names an operation which cannot be exported and its layer; what the network throws;
///   `TorchFileError` if the file cannot be written.
public func exportToONNX(
    _ network: some Layer, _ argument: Tensor, to path: String, options: ONNXExportOptions = ONNXExportOptions()
) throws {
    try exportToONNX(network, [argument], to: path, options: options) { [try network($0[0])] }
}

/// Writes a network that takes or gives several tensors as ONNX.
///
/// ```swift
/// try exportToONNX(lstm, [sequence], to: "lstm.onnx") { inputs in
///     let (output, state) = try lstm(inputs[0])
///     return [output, state.hidden, state.cell]
/// }
/// ```
/// - Parameters:
///   - network: the module whose parameters and buffers are written.
///   - arguments: tensors to call the function with.
///   - path: the file. It is replaced as a whole.
///   - forward: calls the network and returns the outputs.
/// - Throws: as for one tensor.
public func exportToONNX(
    _ network: Module, _ arguments: [Tensor], to path: String, options: ONNXExportOptions = ONNXExportOptions(),
    _ forward: ([Tensor]) throws -> [Tensor]
) throws {
    let exported = try ExportedNetwork(network, arguments, options, forward)
    do {
        _ = try exported.write(path, validation: options.validation)
    } catch let error as NetworkCheck.Unavailable {
        throw ONNXExportError("the exported network cannot be validated: \(error.reason)")
    }
}

/// A network in ONNX's form, with one call of the original to compare with.
struct ExportedNetwork {
    let model: ONNXModelProto
    let initializers: [(name: String, tensor: Tensor)]
    var arguments: [Tensor]
    var outputs: [Tensor]
    /// A call with twice the size of all dynamic axes, if there are any and the network is to be validated.
    let resized: (arguments: [Tensor], outputs: [Tensor])?
    let inputNames: [String]
    let outputNames: [String]
    private let threshold: Int

    init(
        _ network: Module, _ arguments: [Tensor], _ options: ONNXExportOptions, _ forward: ([Tensor]) throws -> [Tensor]
    ) throws {
        try network.validate()
        let modules = network.namedModules()
        let modes = modules.map(\.module.isTraining)
        defer {
            // Those above first, since a module switches all below with itself.
            for ((_, module), mode) in zip(modules, modes) { module.train(mode) }
        }
        network.eval()
        let inputNames = try ExportedNetwork.names(options.inputNames, "input", arguments.count)
        let axes = try ExportedNetwork.axes(options.dynamicAxes, inputNames, arguments)
        func trace(_ arguments: [Tensor]) throws -> TracedGraph {
            try noGrad {
                // Each call gets tensors of its own, so that no two inputs are one tensor.
                try TracedGraph(Trace(network, arguments.map { try $0.detach().clone() }, forward))
            }
        }
        let results = try noGrad { try forward(arguments.map { try $0.detach().clone() }) }
        let graph = try trace(arguments)
        var others: [TracedGraph] = []
        if !axes.isEmpty {
            let changes = axes.map { [$0] } + [axes]
            for changed in changes {
                let resized = try ExportedNetwork.resized(arguments, changed, options.dynamicAxes, inputNames)
                others.append(try trace(resized))
            }
        }
        let outputNames = try ExportedNetwork.names(options.outputNames, "output", graph.outputs.count)
        if let shared = outputNames.first(where: inputNames.contains) {
            throw ONNXExportError("an input and an output have the name \(shared): names in a file must differ")
        }
        var tensorNames: [OpaquePointer: String] = [:]
        for (name, tensor) in try network.namedParameters() { tensorNames[tensor.pointer] = name }
        for (name, tensor) in try network.namedBuffers() { tensorNames[tensor.pointer] = name }
        let builder = GraphBuilder(tensorNames: tensorNames, reserved: inputNames + outputNames)
        let lowering = try Lowering(builder, graph, others: others, axes: axes, inputNames: inputNames)
        try lowering.run()
        builder.layer = ""
        for (value, name) in zip(graph.outputs, outputNames) { builder.alias(try lowering.tensor(value), as: name) }

        var contents = ONNXGraphProto()
        contents.name = String(describing: type(of: network))
        contents.node = builder.nodes
        for (name, tensor) in zip(inputNames, arguments) {
            let dynamic = options.dynamicAxes[name] ?? [:]
            let sizes: [Size] = tensor.shape.enumerated().map { dim, size in
                if let axis = dynamic[dim] { Size.name(axis) } else { Size.size(size) }
            }
            contents.input.append(try ExportedNetwork.described(name, tensor.dtype, sizes))
        }
        for (place, name) in outputNames.enumerated() {
            let tensor = results[place]
            let shapes = others.map { $0.shape($0.outputs[place]) ?? [] }
            var sizes: [Size] = []
            for (dim, size) in tensor.shape.enumerated() {
                let changed = shapes.map { dim < $0.count ? $0[dim] : size }
                sizes.append(ExportedNetwork.size(size, changed, axes, else: "\(name)_dim_\(dim)"))
            }
            contents.output.append(try ExportedNetwork.described(name, tensor.dtype, sizes))
        }
        model = ONNXModelProto.with {
            $0.irVersion = 8
            $0.producerName = "Helios"
            $0.graph = contents
            $0.opsetImport = [ONNXOperatorSetIdProto.with { ($0.domain, $0.version) = ("", 18) }]
        }
        initializers = builder.initializers
        (self.arguments, outputs, self.inputNames, self.outputNames) = (arguments, results, inputNames, outputNames)
        resized =
            try options.validation == nil || axes.isEmpty
            ? nil
            : noGrad {
                let twice = try ExportedNetwork.resized(arguments, axes, options.dynamicAxes, inputNames)
                return (twice, try forward(twice.map { try $0.detach().clone() }))
            }
        threshold = options.externalDataThreshold
    }

    // MARK: Names and axes

    static func names(_ given: [String]?, _ standard: String, _ count: Int) throws -> [String] {
        guard let given else { return count == 1 ? [standard] : (0..<count).map { "\(standard)_\($0)" } }
        guard given.count == count, Set(given).count == count, !given.contains("") else {
            throw ONNXExportError("there must be \(count) names of \(standard)s, all different, and there are \(given)")
        }
        return given
    }

    /// One axis for each name.
    private static func axes(
        _ given: [String: [Int: String]], _ inputNames: [String], _ arguments: [Tensor]
    ) throws -> [DynamicAxis] {
        var axes: [DynamicAxis] = []
        for (input, dims) in given.sorted(by: { $0.key < $1.key }) {
            guard let place = inputNames.firstIndex(of: input) else {
                throw ONNXExportError("there is no input \(input) for a dynamic axis: the inputs are \(inputNames)")
            }
            for (dim, name) in dims.sorted(by: { $0.key < $1.key }) {
                guard dim >= 0, dim < arguments[place].dimensionCount, arguments[place].shape[dim] > 0 else {
                    throw ONNXExportError("the input \(input) has no dimension \(dim), or nothing in it")
                }
                let size = arguments[place].shape[dim]
                if let known = axes.first(where: { $0.name == name }) {
                    guard known.size == size else {
                        throw ONNXExportError("the axis \(name) has the sizes \(known.size) and \(size)")
                    }
                } else {
                    axes.append(DynamicAxis(input: place, dim: dim, name: name, size: size, other: 2 * size))
                }
            }
        }
        return axes
    }

    /// The arguments with twice the size in some axes.
    private static func resized(
        _ arguments: [Tensor], _ axes: [DynamicAxis], _ given: [String: [Int: String]], _ inputNames: [String]
    ) throws -> [Tensor] {
        let names = Set(axes.map(\.name))
        return try zip(inputNames, arguments).map { input, tensor in
            try (given[input] ?? [:]).filter { names.contains($0.value) }.keys.reduce(tensor) {
                try Tensor.cat([$0, $0], dim: $1)
            }
        }
    }

    private enum Size {
        case size(Int)
        case name(String)
    }

    /// The description of a size: the name of an axis if the two are always equal, or else a name of its own.
    private static func size(_ size: Int, _ changed: [Int], _ axes: [DynamicAxis], else other: String) -> Size {
        if changed.allSatisfy({ $0 == size }) { return .size(size) }
        for (index, axis) in axes.enumerated() where axis.size == size && changed[index] == axis.other {
            let isAlone = axes.indices.allSatisfy { $0 == index || changed[$0] == size }
            if isAlone { return .name(axis.name) }
        }
        return .name(other)
    }

    private static func described(_ name: String, _ dtype: DType, _ shape: [Size]) throws -> ONNXValueInfoProto {
        guard let type = dtype.onnx else {
            throw ONNXExportError("\(name) is of type \(dtype), which ONNX does not have")
        }
        var info = ONNXValueInfoProto()
        info.name = name
        info.type.tensorType.elemType = type
        for size in shape {
            var dim = ONNXTensorShapeProto.Dimension()
            switch size {
            case .size(let size): dim.dimValue = Int64(size)
            case .name(let name): dim.dimParam = name
            }
            info.type.tensorType.shape.dim.append(dim)
        }
        return info
    }

    // MARK: Writing

    /// Writes the network to a file if onnxruntime computes the same with it, or if that need not be.
    ///
    /// - Returns: the version of onnxruntime; `nil` without validation.
    /// - Throws: `NetworkCheck.Unavailable` if there is no onnxruntime, and writes nothing.
    func write(_ path: String, validation: ONNXValidation?) throws -> String? {
        guard let validation else {
            try write(path)
            return nil
        }
        let version: String
        do {
            version = try validate(validation)
        } catch let error as ONNXExportError where validation.savesOnFailure {
            try write(path)
            throw error
        }
        try write(path)
        return version
    }

    /// Writes the network to a file, and its weights to one beside it if they are large.
    func write(_ path: String) throws {
        let total = try initializers.reduce(0) { sum, initializer in
            try sum + Tensor.byteCount(shape: initializer.tensor.shape, dtype: initializer.tensor.dtype)
        }
        var model = model
        if total >= threshold {
            let name = SystemPath.name(of: path) + ".data"
            let folder = SystemPath.folder(of: path)
            var messages: [ONNXTensorProto] = []
            try AtomicFile.write(folder.isEmpty ? name : "\(folder)/\(name)") { sink in
                var offset = 0
                for (initializer, tensor) in initializers {
                    var message = try header(initializer, tensor)
                    try tensor.withContiguousBytes { bytes in
                        if bytes.count < 1024 {
                            message.rawData = Data(bytes)
                            return
                        }
                        try sink.add(bytes)
                        message.dataLocation = .external
                        let place = ["location": name, "offset": "\(offset)", "length": "\(bytes.count)"]
                        message.externalData = place.sorted { $0.key < $1.key }.map { key, value in
                            ONNXStringStringEntryProto.with { ($0.key, $0.value) = (key, value) }
                        }
                        offset += bytes.count
                    }
                    messages.append(message)
                }
            }
            model.graph.initializer = messages
        } else {
            model.graph.initializer = try initializers.map { name, tensor in
                var message = try header(name, tensor)
                message.rawData = try tensor.withContiguousBytes { Data($0) }
                return message
            }
        }
        let bytes: [UInt8] = try model.serializedBytes()
        try AtomicFile.write(path) { sink in try bytes.withUnsafeBytes { try sink.add($0) } }
    }

    private func header(_ name: String, _ tensor: Tensor) throws -> ONNXTensorProto {
        guard let type = tensor.dtype.onnx else {
            throw ONNXExportError("\(name) is of type \(tensor.dtype), which ONNX does not have")
        }
        return ONNXTensorProto.with {
            ($0.name, $0.dataType, $0.dims) = (name, type, tensor.shape.map { Int64($0) })
        }
    }
}
