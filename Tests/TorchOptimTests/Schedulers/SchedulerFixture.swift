import TestSupport
import Testing
import Torch
import TorchOptim

/// Tests/Fixtures/schedulers.py: what PyTorch's schedulers, and Helios' in Python, make of an optimizer's rates.
struct SchedulerFixture: Decodable {
    struct Record: Decodable {
        /// The rates of two groups at first and after each step.
        let rates: [[Double]]
        /// Their momentums; one entry if they never change.
        let momentums: [[Double]]
        /// The schedulers' states after 37 steps, and what the groups' options were then.
        let states: [RecordedState]?
        let options: [RecordedState]?
    }

    struct Moment: Decodable {
        let epoch: Double?
        let rates: [Double]
        let lastEpoch: Int
    }

    let metrics: [Double]
    let cases: [String: Record]
    let betas: [String: Record]
    let together: [String: Record]
    let byHand: [String: Record]
    let later: [String: Record]
    let between: [Moment]

    /// The step after which the script wrote the states.
    static let saved = 37

    func advance(_ scheduler: LRScheduler, step: Int) throws {
        if let plateau = scheduler as? ReduceLROnPlateau {
            try plateau.step(metric: metrics[step])
        } else {
            try scheduler.step()
        }
    }
}

/// A value of a state dictionary, as the script writes it.
struct RecordedState: Decodable {
    let value: StateValue

    private struct Typed: Decodable {
        let int: Int?
        let float: Number?
        let tuple: [RecordedState]?
        let dictionary: [[RecordedState]]?
    }

    private struct Number: Decodable {
        let value: Double

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let name = try? container.decode(String.self) {
                value = try #require(Double(name))
            } else {
                value = try container.decode(Double.self)
            }
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            value = .none
        } else if let bool = try? container.decode(Bool.self) {
            value = .bool(bool)
        } else if let string = try? container.decode(String.self) {
            value = .string(string)
        } else if let list = try? container.decode([RecordedState].self) {
            value = .list(list.map(\.value))
        } else {
            let typed = try container.decode(Typed.self)
            if let int = typed.int {
                value = .int(int)
            } else if let float = typed.float {
                value = .double(float.value)
            } else if let tuple = typed.tuple {
                value = .tuple(tuple.map(\.value))
            } else {
                var state = StateDict()
                for item in try #require(typed.dictionary) {
                    switch item[0].value {
                    case .int(let key): state[.int(key)] = item[1].value
                    case .string(let key): state[.string(key)] = item[1].value
                    default: throw FixtureProblem()
                    }
                }
                value = .dictionary(state)
            }
        }
    }

    var state: StateDict {
        get throws {
            guard case .dictionary(let state) = value else { throw FixtureProblem() }
            return state
        }
    }
}

struct FixtureProblem: Error {}

/// An optimizer with two groups of different rates, as the script makes it.
func twoGroups(betas: Bool = false) throws -> Optimizer {
    let groups = try [0.1, 0.02].map { rate in
        ParameterGroup([try Tensor.zeros([1]).requiresGrad_()], learningRate: rate)
    }
    return betas ? try AdamW(groups: groups) : try SGD(groups: groups, momentum: 0.9)
}

extension Optimizer {
    var rates: [Double] { parameterGroups.map(\.learningRate) }

    /// The momentum of each group, or its first beta.
    var momentums: [Double] {
        get throws {
            try parameterGroups.map { group in
                guard let betas = group.options["betas"] else { return try group.options.double("momentum") }
                guard case .tuple(let values) = betas, case .double(let beta)? = values.first else {
                    throw FixtureProblem()
                }
                return beta
            }
        }
    }
}

/// Whether two rates are the same but for what rounding makes of a hundred steps: in each up to ten roundings of half a
/// unit, and a power or a cosine that the C libraries of two machines give within a unit of each other, are 1000 units,
/// or 2.2e-13. A cosine with restarts subtracts two numbers that may be four times as large as the rate.
func areClose(_ left: [Double], _ right: [Double], relative: Double = 1e-12) -> Bool {
    left.count == right.count
        && zip(left, right).allSatisfy { $0 == $1 || abs($0 - $1) <= relative * max(abs($0), abs($1)) + 1e-17 }
}

/// Where two states differ: in keys, their order, types or values; `nil` if they do not. A whole number may be a float.
func difference(_ left: StateValue, _ right: StateValue, at path: String = "") -> String? {
    switch (left, right) {
    case (.none, .none): return nil
    case (.bool(let left), .bool(let right)) where left == right: return nil
    case (.string(let left), .string(let right)) where left == right: return nil
    case (.int(let left), .int(let right)) where left == right: return nil
    case (.double(let left), .double(let right)) where areClose([left], [right]): return nil
    case (.double(let left), .int(let right)) where left == Double(right): return nil
    case (.list(let left), .list(let right)) where left.count == right.count,
        (.tuple(let left), .tuple(let right)) where left.count == right.count:
        return zip(left, right).enumerated().lazy
            .compactMap { difference($1.0, $1.1, at: "\(path)[\($0)]") }.first
    case (.dictionary(let left), .dictionary(let right)) where left.keys == right.keys:
        return zip(left, right).lazy.compactMap { difference($0.value, $1.value, at: "\(path).\($0.key)") }.first
    default: return "\(path): \(left) instead of \(right)"
    }
}
