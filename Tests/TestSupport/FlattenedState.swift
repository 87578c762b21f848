import Torch

/// A state as text by the path of each value, to the bit.
public func flattened(_ state: StateDict) -> [String: String] {
    var result: [String: String] = [:]
    flatten(.dictionary(state), "", into: &result)
    return result
}

private func flatten(_ value: StateValue, _ path: String, into result: inout [String: String]) {
    switch value {
    case .dictionary(let state):
        result["\(path)/"] = "dictionary of \(state.count)"
        for (key, value) in state { flatten(value, "\(path)/\(key)", into: &result) }
    case .list(let values), .tuple(let values):
        result["\(path)/"] = "\(value.typeName) of \(values.count)"
        for (position, value) in values.enumerated() { flatten(value, "\(path)/\(position)", into: &result) }
    case .double(let number): result[path] = "\(number.bitPattern)"
    case .tensor(let tensor):
        let numbers = (try? tensor.to(.float64).array(Double.self).map(\.bitPattern)) ?? []
        result[path] = "\(tensor.dtype)\(tensor.shape) \(numbers)"
    case .none, .bool, .int, .bigInteger, .complex, .string, .bytes, .dtype, .device, .size, .set:
        result[path] = "\(value)"
    }
}
