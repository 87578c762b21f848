import Torch

/// What LBFGS remembers: the changes made by past steps, from which it estimates the inverse Hessian.
struct LBFGSHistory {
    var evaluationCount = 0
    private(set) var iterationCount = 0
    var stepSize: SearchNumber?
    var previousLoss: Double?
    var previousGradient: Tensor?
    private var direction: Tensor?
    /// The change of the gradient in each step, oldest first.
    private var gradientChanges: [Tensor] = []
    private var steps: [Tensor] = []
    /// The reciprocals of the dot products of both.
    private var reciprocals: [SearchNumber] = []
    /// The factor of the identity matrix that the past steps refine; `nil` for 1.
    private var diagonal: SearchNumber?
    /// The numbers of the last estimate, which PyTorch keeps in the state, and the room that it has for them.
    private var factors: [SearchNumber] = []
    private var factorRoom: Int?
    /// Whether PyTorch made this room before the rest of the state.
    private var factorsComeFirst = false

    init() {}

    /// Returns the direction to go: the negative gradient times the estimate of the inverse Hessian.
    mutating func direction(for gradient: Tensor, historySize: Int) throws -> Tensor {
        iterationCount += 1
        guard iterationCount > 1, let lastDirection = direction, let previousGradient, let stepSize else {
            let first = try gradient.neg()
            direction = first
            return first
        }
        let change = try gradient.sub(previousGradient)
        let step = try lastDirection.mul(stepSize.scalar)
        let product = try SearchNumber(change.dot(step))
        // A change without curvature would spoil the estimate.
        if product > 1e-10 {
            if steps.count >= historySize {
                gradientChanges.removeFirst()
                steps.removeFirst()
                reciprocals.removeFirst()
            }
            gradientChanges.append(change)
            steps.append(step)
            reciprocals.append(1.0 / product)
            diagonal = try product / SearchNumber(change.dot(change))
        }
        if factorRoom == nil {
            factorRoom = historySize
            factorsComeFirst = !hasMadeStep
        }
        let turned = try gradient.neg()
        if factors.count < steps.count {
            factors += [SearchNumber](repeating: 0, count: steps.count - factors.count)
        }
        for index in steps.indices.reversed() {
            factors[index] = try SearchNumber(steps[index].dot(turned)) * reciprocals[index]
            try turned.add_(gradientChanges[index], alpha: (-factors[index]).scalar)
        }
        let result = try turned.mul(diagonal?.scalar ?? 1)
        for index in steps.indices {
            let back = try SearchNumber(gradientChanges[index].dot(result)) * reciprocals[index]
            try result.add_(steps[index], alpha: (factors[index] - back).scalar)
        }
        direction = result
        return result
    }

    /// Whether a call of `step` has ended, after which the state is complete.
    var hasMadeStep = false

    // MARK: State

    private static let names: Set<String> = [
        "func_evals", "n_iter", "al", "d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss",
    ]

    /// The history in PyTorch's layout; `nil` before the first evaluation.
    func state() throws -> StateDict? {
        guard evaluationCount > 0 else { return nil }
        var state: StateDict = ["func_evals": .int(evaluationCount), "n_iter": .int(iterationCount)]
        guard let direction, let stepSize, let previousGradient, let previousLoss else { return state }
        let device = direction.device
        func number(_ value: SearchNumber) throws -> StateValue { try value.stateValue(on: device) }
        let room = try factorRoom.map { room in
            StateValue.list(
                try factors.map(number) + [StateValue](repeating: .none, count: max(0, room - factors.count)))
        }
        if factorsComeFirst { state["al"] = room }
        state["d"] = .tensor(direction)
        state["t"] = try number(stepSize)
        state["old_dirs"] = .list(gradientChanges.map { .tensor($0) })
        state["old_stps"] = .list(steps.map { .tensor($0) })
        state["ro"] = .list(try reciprocals.map(number))
        state["H_diag"] = try diagonal.map(number) ?? 1
        state["prev_flat_grad"] = .tensor(previousGradient)
        state["prev_loss"] = .double(previousLoss)
        if !factorsComeFirst { state["al"] = room }
        return state
    }

    /// Restores what `state` returned, here or in PyTorch.
    ///
    /// - Throws: if something is missing or does not fit the parameters.
    init(_ state: StateDict?, parameters: [Tensor]) throws {
        guard let state, !state.isEmpty, let first = parameters.first else { return }
        let unknown = state.keys.map(\.description).filter { !Self.names.contains($0) }
        guard unknown.isEmpty else {
            throw OptimizerError(
                "the state was not saved by LBFGS: parameter 0 has \(quoted(unknown)) there, which LBFGS does not keep"
            )
        }
        (evaluationCount, iterationCount) = (try state.int("func_evals"), try state.int("n_iter"))
        guard (0...Int(Int32.max)).contains(evaluationCount), (0...Int(Int32.max)).contains(iterationCount) else {
            throw OptimizerError(
                "'func_evals' and 'n_iter' must be numbers of steps, and are \(evaluationCount) and \(iterationCount)")
        }
        guard iterationCount > 0 else { return }
        // A complex number counts as two.
        let count = parameters.reduce(0) { $0 + $1.count * ($1.dtype.isComplex ? 2 : 1) }
        let dtype = first.dtype.isComplex ? try realView(of: first).dtype : first.dtype
        func vector(_ value: StateValue, _ name: String) throws -> Tensor {
            guard case .tensor(let tensor) = value, tensor.isDefined, tensor.shape == [count] else {
                throw OptimizerError("'\(name)' of the state must be a tensor of the shape [\(count)]")
            }
            return try tensor.detach().to(dtype: dtype, device: first.device).clone()
        }
        func vectors(_ name: String) throws -> [Tensor] {
            try state.list(.string(name)).map { try vector($0, name) }
        }
        func number(_ value: StateValue, _ name: String) throws -> SearchNumber {
            let number = try SearchNumber([.string(name): value], name)
            return number.dtype == nil ? number : SearchNumber(number.value, dtype: dtype)
        }
        direction = try vector(state.value("d"), "d")
        stepSize = try number(state.value("t"), "t")
        gradientChanges = try vectors("old_dirs")
        steps = try vectors("old_stps")
        reciprocals = try state.list("ro").map { try number($0, "ro") }
        guard gradientChanges.count == steps.count, steps.count == reciprocals.count else {
            throw OptimizerError(
                "'old_dirs', 'old_stps' and 'ro' must be of one length, and have \(gradientChanges.count), "
                    + "\(steps.count) and \(reciprocals.count) elements")
        }
        if case .int = try state.value("H_diag") {} else { diagonal = try number(state.value("H_diag"), "H_diag") }
        previousGradient = try vector(state.value("prev_flat_grad"), "prev_flat_grad")
        previousLoss = try state.double("prev_loss")
        hasMadeStep = true
        guard state["al"] != nil else { return }
        let room = try state.list("al")
        factorRoom = room.count
        factors = try room.prefix { if case .none = $0 { false } else { true } }.map { try number($0, "al") }
        factorsComeFirst = state.names.firstIndex(of: "al") ?? 0 < state.names.firstIndex(of: "d") ?? 0
    }
}
