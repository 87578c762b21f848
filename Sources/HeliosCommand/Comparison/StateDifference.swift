import Helios

/// A place where two trees of state differ.
struct StateDifference {
    enum Kind {
        /// The key is in only one of the two files.
        case onlyInFirst(String)
        case onlyInSecond(String)
        /// The values differ in type, dtype, shape or length.
        case type(String, String)
        /// Both are values without parts, and the difference is known if they are numbers.
        case value(String, String, difference: Double?)
        case elements(TensorDifference)
    }

    let path: StatePath
    let kind: Kind
}

extension StateDifference {
    /// The difference for a reader.
    var text: String {
        switch kind {
        case .onlyInFirst(let what): "only in the first: \(what)"
        case .onlyInSecond(let what): "only in the second: \(what)"
        case .type(let first, let second): "\(first) -> \(second)"
        case .value(let first, let second, let difference):
            "\(first) -> \(second)" + (difference.map { " (by \(Quantity.difference($0)))" } ?? "")
        case .elements(let difference): difference.text
        }
    }

    var json: JSONValue {
        let key = JSONValue.string(path.text)
        switch kind {
        case .onlyInFirst(let what):
            return ["key": key, "kind": .string("onlyInFirst"), "first": .string(what)]
        case .onlyInSecond(let what):
            return ["key": key, "kind": .string("onlyInSecond"), "second": .string(what)]
        case .type(let first, let second):
            return ["key": key, "kind": .string("type"), "first": .string(first), "second": .string(second)]
        case .value(let first, let second, let difference):
            return [
                "key": key, "kind": .string("value"), "first": .string(first), "second": .string(second),
                "difference": difference.map { .double($0) } ?? .null,
            ]
        case .elements(let difference):
            return [
                "key": key, "kind": .string("elements"), "count": .int(difference.count),
                "of": .int(difference.elementCount), "maximumDifference": .double(difference.maximum),
                "maximumRelativeDifference": .double(difference.relativeMaximum),
            ]
        }
    }
}
