import Helios
import TorchSerialization

/// A class of Optuna and its arguments, from which the script makes an object.
struct PythonObject: Sendable {
    let name: String
    let arguments: [JSONValue.Member]

    var json: JSONValue { ["class": .string(name), "arguments": .object(arguments)] }

    /// Arguments in the order of their names, so that the same ones are always the same text.
    static func members(_ values: [String: HyperparameterValue]) -> [JSONValue.Member] {
        values.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) }
    }

    static func arguments(seed: Int?) -> [String: HyperparameterValue] {
        seed.map { ["seed": .integer($0)] } ?? [:]
    }
}

extension PythonObject: Hashable {
    static func == (left: PythonObject, right: PythonObject) -> Bool { left.json == right.json }

    func hash(into hasher: inout Hasher) { hasher.combine(JSONWriter.write(json)) }
}
