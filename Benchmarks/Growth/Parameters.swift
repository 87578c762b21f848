import Helios
import Workloads

private enum Rule: String, CaseIterable {
    case adamW = "AdamW"
    case sgd = "SGD with momentum"

    func optimizer(_ parameters: [Tensor]) throws -> Optimizer {
        switch self {
        case .adamW: try AdamW(parameters)
        case .sgd: try SGD(parameters, momentum: 0.9)
        }
    }
}

/// The time of one step.
private struct StepCost {
    let seconds: Double

    /// The mean of as many steps as take 50 ms.
    init(of optimizer: Optimizer) throws {
        var count = 1
        while true {
            let time = try elapsed { for _ in 0..<count { try optimizer.step() } }
            guard time < 0.05 else {
                seconds = time / Double(count)
                return
            }
            count *= 2
        }
    }
}

/// What one step takes, in seconds, for a number of tensors of the same size.
private func stepTime(_ rule: Rule, tensors: Int, elements: Int) throws -> Double {
    report("\(rule.rawValue): \(tensors) of \(elements)")
    defer { LibTorch.emptyCache() }
    let parameters = try (0..<tensors).map { _ in
        let parameter = try Tensor.ones([elements]).requiresGrad_()
        try parameter.setGrad(Tensor.full([elements], 0.01))
        return parameter
    }
    let optimizer = try rule.optimizer(parameters)
    // The first makes the optimizer's state.
    try optimizer.step()
    return try medianOfThree(by: \.seconds) { try StepCost(of: optimizer) }.seconds
}

/// One step of the optimizer: by the number of tensors, and by the size of one.
func printParameterTables() throws {
    print("One step of the optimizer for tensors of 1,000 elements.\n")
    print(heading(["tensors"] + Rule.allCases.flatMap { ["\($0.rawValue): µs", "µs a tensor"] }))
    for tensors in [1, 10, 100, 1000] {
        let cells = try Rule.allCases.flatMap { rule in
            let time = try stepTime(rule, tensors: tensors, elements: 1000) * 1e6
            return [rounded(time), rounded(time / Double(tensors))]
        }
        print(row([grouped(tensors)] + cells))
    }
    print("\nOne step of the optimizer for one tensor.\n")
    print(heading(["elements"] + Rule.allCases.flatMap { ["\($0.rawValue): µs", "ns an element"] }))
    for elements in [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000] {
        let cells = try Rule.allCases.flatMap { rule in
            let time = try stepTime(rule, tensors: 1, elements: elements) * 1e6
            return [rounded(time), rounded(time * 1e3 / Double(elements))]
        }
        print(row([grouped(elements)] + cells))
    }
}
