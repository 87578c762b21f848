/// Gives an optimizer other learning rates during its steps, so that schedulers, logs and checkpoints see those of the
/// program.
final class StepRates {
    private var changed: [(group: ParameterGroup, rate: Double)] = []
    private var handles: [StepHookHandle] = []

    /// - Parameter factors: tells before each step what the rates of groups are multiplied by.
    init(_ optimizer: Optimizer, _ factors: @escaping () -> [(group: ParameterGroup, factor: Double)]) {
        handles = [
            optimizer.registerStepPreHook { [unowned self] _ in
                for (group, factor) in factors() {
                    changed.append((group, group.learningRate))
                    group.learningRate *= factor
                }
            },
            optimizer.registerStepPostHook { [unowned self] _ in restore() },
            optimizer.registerStepFailureHook { [unowned self] _ in restore() },
        ]
    }

    /// Leaves the rates alone from now on.
    func end() {
        for handle in handles { handle.remove() }
        handles = []
        restore()
    }

    private func restore() {
        for (group, rate) in changed.reversed() { group.learningRate = rate }
        changed = []
    }
}
