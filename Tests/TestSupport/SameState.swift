import Testing
import Torch

/// Expects two states to be the same to the bit, whatever the order of their keys.
///
/// - Parameter names: keys that may differ, wherever they are: times, paths.
public func expectSameState(
    _ actual: StateValue, _ expected: StateValue, ignoring names: Set<String> = [], at path: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    func fail() {
        Issue.record("at '\(path)': \(actual) instead of \(expected)", sourceLocation: sourceLocation)
    }
    switch (actual, expected) {
    case (.none, .none): break
    case (.bool(let left), .bool(let right)): if left != right { fail() }
    case (.int(let left), .int(let right)): if left != right { fail() }
    case (.bigInteger(let left), .bigInteger(let right)): if left != right { fail() }
    case (.bytes(let left), .bytes(let right)): if left != right { fail() }
    case (.dtype(let left), .dtype(let right)): if left != right { fail() }
    case (.device(let left), .device(let right)): if left != right { fail() }
    case (.size(let left), .size(let right)): if left != right { fail() }
    case (.complex(let real, let imaginary), .complex(let otherReal, let otherImaginary)):
        if real.bitPattern != otherReal.bitPattern || imaginary.bitPattern != otherImaginary.bitPattern { fail() }
    case (.double(let left), .double(let right)): if left.bitPattern != right.bitPattern { fail() }
    case (.string(let left), .string(let right)): if left != right { fail() }
    case (.tensor(let left), .tensor(let right)):
        guard left.dtype == right.dtype, left.shape == right.shape else { return fail() }
        let isSame = try left.reshape([-1]).view(dtype: .uint8).equal(right.reshape([-1]).view(dtype: .uint8))
        if !isSame { Issue.record("at '\(path)': other bits", sourceLocation: sourceLocation) }
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)),
        (.set(let left), .set(let right)):
        guard left.count == right.count else { return fail() }
        for (number, (left, right)) in zip(left, right).enumerated() {
            try expectSameState(
                left, right, ignoring: names, at: "\(path).\(number)", sourceLocation: sourceLocation)
        }
    case (.dictionary(let left), .dictionary(let right)):
        let keys = { (state: StateDict) in Set(state.keys.map(\.description)).subtracting(names) }
        guard keys(left) == keys(right) else {
            Issue.record(
                "at '\(path)': the keys \(keys(left).sorted()) instead of \(keys(right).sorted())",
                sourceLocation: sourceLocation)
            return
        }
        for (key, value) in right where !names.contains(key.description) {
            try expectSameState(
                left.value(key), value, ignoring: names, at: "\(path).\(key)", sourceLocation: sourceLocation)
        }
    default: fail()
    }
}
