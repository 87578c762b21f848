import Helios

/// Finds where two trees of state differ.
struct StateComparison {
    /// The greatest difference with which numbers, and elements of tensors, count as equal.
    let tolerance: Double
    /// Keys that are ignored, with everything below them.
    let ignored: [String]

    private(set) var differences: [StateDifference] = []
    /// The number of values compared.
    private(set) var comparedCount = 0
    /// Functions that return the elements of a tensor of the first tree, and of the second.
    private let elements: (first: TensorPair.Reader, second: TensorPair.Reader)

    /// - Parameter elements: functions that return the elements of a tensor of the first tree, and of the second, if
    ///   the trees only describe them.
    init(
        tolerance: Double = 0, ignoring ignored: [String] = [],
        elements: (first: TensorPair.Reader, second: TensorPair.Reader) = (
            { TensorElements($0) }, { TensorElements($0) }
        )
    ) {
        self.tolerance = tolerance
        self.ignored = ignored
        self.elements = elements
    }

    mutating func compare(_ first: StateValue, _ second: StateValue, at path: StatePath = .root) throws {
        switch (first, second) {
        case (.dictionary(let first), .dictionary(let second)): try compare(first, second, at: path)
        case (.list(let first), .list(let second)), (.tuple(let first), .tuple(let second)),
            (.set(let first), .set(let second)):
            try compare(first, second, at: path)
        case (.size(let first), .size(let second)):
            try compare(first.map { .int($0) }, second.map { .int($0) }, at: path)
        case (.tensor(let first), .tensor(let second)):
            comparedCount += 1
            guard first.dtype == second.dtype, first.shape == second.shape else {
                return add(.type(first.summary, second.summary), at: path)
            }
            let difference = try self.difference(first, second, at: path)
            if difference.count > 0 { add(.elements(difference), at: path) }
        default:
            comparedCount += 1
            compareLeaves(first, second, at: path)
        }
    }

    private func difference(_ first: Tensor, _ second: Tensor, at path: StatePath) throws -> TensorDifference {
        do {
            return try TensorPair(first, second).difference(elements, tolerance: tolerance)
        } catch let error as CommandError {
            throw CommandError("\(VisibleText.of(path.text)): \(error)")
        }
    }

    private mutating func compare(_ first: StateDict, _ second: StateDict, at path: StatePath) throws {
        for (key, value) in first {
            let path = path.appending(key)
            guard !isIgnored(path) else { continue }
            if let other = second[key] {
                try compare(value, other, at: path)
            } else {
                add(.onlyInFirst(value.summary), at: path)
            }
        }
        for (key, value) in second where first[key] == nil {
            let path = path.appending(key)
            if !isIgnored(path) { add(.onlyInSecond(value.summary), at: path) }
        }
    }

    private mutating func compare(_ first: [StateValue], _ second: [StateValue], at path: StatePath) throws {
        for index in 0..<max(first.count, second.count) {
            let path = path.appending(String(index))
            guard !isIgnored(path) else { continue }
            if index >= second.count {
                add(.onlyInFirst(first[index].summary), at: path)
            } else if index >= first.count {
                add(.onlyInSecond(second[index].summary), at: path)
            } else {
                try compare(first[index], second[index], at: path)
            }
        }
    }

    private mutating func compareLeaves(_ first: StateValue, _ second: StateValue, at path: StatePath) {
        let (left, right) = (StateTree(first).root, StateTree(second).root)
        guard case .leaf(let left) = left, case .leaf(let right) = right, left.type == right.type else {
            return add(.type(first.summary, second.summary), at: path)
        }
        guard left.value != right.value else { return }
        switch (left.value, right.value) {
        case (.int(let a), .int(let b)):
            let difference = abs(Double(a) - Double(b))
            if difference > tolerance { add(.value("\(a)", "\(b)", difference: difference), at: path) }
        case (.double(let a), .double(let b)):
            let difference = abs(a - b)
            if !(difference <= tolerance) {
                add(.value("\(a)", "\(b)", difference: difference.isNaN ? nil : difference), at: path)
            }
        default: add(.value(left.text, right.text, difference: nil), at: path)
        }
    }

    private func isIgnored(_ path: StatePath) -> Bool {
        ignored.contains { path.matches($0) }
    }

    private mutating func add(_ kind: StateDifference.Kind, at path: StatePath) {
        differences.append(StateDifference(path: path, kind: kind))
    }
}

extension StateValue {
    /// A short description of a value: `float32[3, 4]`, `dictionary of 3 keys`, `int 7`.
    fileprivate var summary: String {
        switch self {
        case .tensor(let tensor): tensor.summary
        case .dictionary(let state): "dictionary of \(Quantity.count(state.count, "key"))"
        case .list(let elements), .tuple(let elements), .set(let elements):
            "\(typeName) of \(Quantity.count(elements.count, "element"))"
        case .none: "none"
        default: if case .leaf(let leaf) = StateTree(self).root { "\(leaf.type) \(leaf.text)" } else { typeName }
        }
    }
}

extension Tensor {
    fileprivate var summary: String { "\(dtype)\(shape)" }
}
