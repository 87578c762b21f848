import Helios
import TestSupport
import Testing
import Torch

/// What Tests/Fixtures/metrics.py writes for metrics of tensors.
struct MetricFixture: Decodable, Sendable {
    /// The packages that its cases would need and this machine does not have.
    let missing: [String]
    let inputs: [FixtureTensor]
    let cases: [MetricCase]

    /// The predictions and targets of a case.
    func data(_ example: MetricCase) throws -> (predictions: Tensor, targets: Tensor) {
        (try inputs[example.predictions].tensor, try inputs[example.targets].tensor)
    }
}

/// A metric with options, and what another library computes.
struct MetricCase: Decodable, Sendable, CustomTestStringConvertible {
    let metric: String
    let options: [String: JSONOption]
    let predictions: Int
    let targets: Int
    let expected: FixtureTensor
    let perClass: [Double]?

    var testDescription: String {
        "\(metric) \(options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.value)" })"
    }

    func make() throws -> any TensorMetric {
        try Registries.metrics.make(
            metric, .dictionary(.init(uniqueKeysWithValues: options.map { ($0.key, $0.value.value) })),
            as: (any TensorMetric).self)
    }
}

/// An option of a metric as JSON has it.
struct JSONOption: Decodable, Sendable {
    let value: ConfigValue

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let bool = try? container.decode(Bool.self) {
            value = .bool(bool)
        } else if let int = try? container.decode(Int.self) {
            value = .int(int)
        } else if let double = try? container.decode(Double.self) {
            value = .double(double)
        } else {
            value = .string(try container.decode(String.self))
        }
    }
}

extension Metric {
    /// What it computes as a tensor of type `float64`, whether that is a number or a tensor.
    func computedTensor() throws -> Tensor {
        switch try compute() {
        case let number as Double: return try Tensor(number)
        case let tensor as Tensor: return try tensor.to(.float64)
        case let other: throw MetricError("a \(type(of: other)) is not compared here")
        }
    }
}

extension TensorMetric {
    /// The metric of parts of the data, each by another metric, merged.
    func updateInParts(_ predictions: Tensor, _ targets: Tensor, sizes: [Int], like make: () throws -> any TensorMetric)
        throws
    {
        var start = 0
        for size in sizes {
            let part = try make()
            try part.update(
                predictions.narrow(dim: 0, start: start, length: size),
                targets.narrow(dim: 0, start: start, length: size))
            try merge(part.state)
            start += size
        }
    }
}
