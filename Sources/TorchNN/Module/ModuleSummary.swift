import Torch

/// A network's modules with their output shapes, parameters, and multiply-adds, which `summary(inputSize:)` returns.
///
/// It prints as a table.
public struct ModuleSummary: Sendable {
    /// One module.
    public struct Row: Sendable {
        /// The layer's path, as in `blocks.0.conv1`; empty for the network itself.
        public let name: String
        /// The layer's class.
        public let type: String
        /// The shape of the first output tensor; `nil` for a module that was not called.
        public let outputShape: [Int]?
        /// The number of elements in its own parameters, without those of the layers below it; a shared parameter
        /// counts once.
        public let parameterCount: Int
        /// The number of products that its calls add up: those of inputs with weights and, in attention, those of
        /// queries with keys and of weights with values. Biases are not counted.
        public let multiplyAdds: Int
    }

    /// The network, followed by all modules below it in order.
    public let rows: [Row]
    /// The number of elements in all parameters.
    public let parameterCount: Int
    /// The number of elements that training changes.
    public let trainableParameterCount: Int

    /// The number of products that all modules add up.
    public var multiplyAdds: Int { rows.reduce(0) { saturatingSum($0, $1.multiplyAdds) } }
}

extension Module {
    /// Runs `forward` in evaluation mode without recording gradients, and lists what the modules below it do.
    ///
    /// Use it for a module that is not a `Layer`; for layers, use `summary(inputSize:dtype:)`.
    /// ```swift
    /// print(try transformer.summary { _ = try transformer(Tensor.zeros([10, 1, 512]), Tensor.zeros([9, 1, 512])) })
    /// ```
    /// - Throws: ``ModuleError`` if an initializer failed; any error from `forward`.
    public final func summary(of forward: () throws -> Void) throws -> ModuleSummary {
        try validate()
        let modules = namedModules()
        let modes = modules.map(\.module.isTraining)
        let record = SummaryRecord()
        let handles = modules.map { _, module in
            module.registerForwardHook { record.add($0, inputs: $1, outputs: $2) }
        }
        defer {
            handles.forEach { $0.remove() }
            // Those above first, since a module switches all below with itself.
            for ((_, module), mode) in zip(modules, modes) { module.train(mode) }
        }
        eval()
        try noGrad { try forward() }
        let parameters = try parameters()
        var counted: Set<OpaquePointer> = []
        let rows = modules.map { name, module in
            let own = module.ownParameterSlots.compactMap(\.slot.tensor).filter { counted.insert($0.pointer).inserted }
            let id = ObjectIdentifier(module)
            return ModuleSummary.Row(
                name: name, type: module.typeName, outputShape: record.shapes[id],
                parameterCount: own.reduce(0) { $0 + $1.count }, multiplyAdds: record.multiplyAdds[id] ?? 0)
        }
        return ModuleSummary(
            rows: rows, parameterCount: parameters.reduce(0) { $0 + $1.count },
            trainableParameterCount: parameters.filter(\.requiresGrad).reduce(0) { $0 + $1.count })
    }
}

extension Layer {
    /// Runs the network on zeros in evaluation mode without recording gradients, and lists what its layers do.
    ///
    /// ```swift
    /// print(try network.summary(inputSize: [1, 3, 32, 32]))
    /// ```
    /// - Parameters:
    ///   - inputSize: the input's shape, with the batch.
    ///   - dtype: the input's type; `nil` uses the type of the first parameter.
    /// - Throws: ``ModuleError`` if an initializer failed; any error from the forward pass.
    public func summary(inputSize: [Int], dtype: DType? = nil) throws -> ModuleSummary {
        let first = try parameters().first
        let input = try Tensor.zeros(inputSize, dtype: dtype ?? first?.dtype, device: first?.device)
        return try summary { _ = try self(input) }
    }
}

/// What the hooks write down.
private final class SummaryRecord {
    var shapes: [ObjectIdentifier: [Int]] = [:]
    var multiplyAdds: [ObjectIdentifier: Int] = [:]

    func add(_ module: Module, inputs: [Tensor], outputs: [Tensor]) {
        guard let input = inputs.first, let output = outputs.first else { return }
        let id = ObjectIdentifier(module)
        if shapes[id] == nil { shapes[id] = output.shape }
        if let layer = module as? any CountingMultiplyAdds {
            let count = layer.multiplyAdds(input: input, others: inputs.dropFirst(), output: output)
            multiplyAdds[id] = saturatingSum(multiplyAdds[id] ?? 0, count)
        }
    }
}

extension ModuleSummary: CustomStringConvertible {
    /// A table in which each layer is indented below the one that contains it.
    public var description: String {
        var lines = [["Layer", "Output shape", "Parameters", "Multiply-adds"]]
        for row in rows {
            let path = row.name.split(separator: ".")
            let indentation = String(repeating: "  ", count: path.count)
            let name = path.last.map { "\($0): \(row.type)" } ?? row.type
            lines.append([
                indentation + name, row.outputShape.map(\.description) ?? "-", "\(row.parameterCount)",
                "\(row.multiplyAdds)",
            ])
        }
        let widths = (0..<4).map { column in lines.map { $0[column].count }.max() ?? 0 }
        func padding(_ text: String, _ column: Int) -> String {
            String(repeating: " ", count: widths[column] - text.count)
        }
        let table = lines.map { line in
            "\(line[0])\(padding(line[0], 0))  \(line[1])\(padding(line[1], 1))  \(padding(line[2], 2))\(line[2])  "
                + "\(padding(line[3], 3))\(line[3])"
        }
        let totals = [
            "Parameters: \(parameterCount), of which \(trainableParameterCount) are trained",
            "Multiply-adds: \(multiplyAdds)",
        ]
        return (table + totals).joined(separator: "\n")
    }
}

// MARK: Multiply-adds

/// A layer that adds up products.
protocol CountingMultiplyAdds {
    /// How many products a forward pass adds up; the greatest integer if there are more.
    func multiplyAdds(input: Tensor, others: ArraySlice<Tensor>, output: Tensor) -> Int
}

/// The products of every weight matrix with `count` vectors.
func matrixProducts(_ weights: [Tensor], times count: Int) -> Int {
    saturatingProduct(weights.filter { $0.dimensionCount == 2 }.reduce(0) { saturatingSum($0, $1.count) }, count)
}

/// The product, or the greatest integer if it is more.
func saturatingProduct(_ factors: Int...) -> Int {
    factors.reduce(1) { left, right in
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? .max : product
    }
}

/// The sum, or the greatest integer if it is more.
func saturatingSum(_ left: Int, _ right: Int) -> Int {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
}
