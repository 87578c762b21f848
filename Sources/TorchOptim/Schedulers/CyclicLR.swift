import Foundation
import Torch

/// Raises and lowers the learning rates between two bounds in triangles, and the momentum the other way around.
///
/// It acts at each step, so call it once for each batch. PyTorch's `CyclicLR`. Smith 2017, "Cyclical learning rates for
/// training neural networks".
public final class CyclicLR: LRScheduler {
    /// How the height of the triangles changes.
    public enum Mode: String, CaseIterable, Sendable {
        /// It stays.
        case triangular
        /// It halves with each cycle.
        case triangular2
        /// It is multiplied by `gamma` with each step.
        case expRange = "exp_range"
    }

    /// What a function of the height receives: the number of the cycle, from 1, or the number of the step.
    public enum ScaleMode: String, CaseIterable, Sendable {
        case cycle, iterations
    }

    private struct Options {
        var maxRates: [Double]
        /// The steps of a cycle, and the part of them in which the rates rise.
        var totalSize: Double
        var stepRatio: Double
        var mode: Mode
        var gamma: Double
        var scaleMode: ScaleMode
        /// `nil` if the momentum does not change.
        var momentums: (base: [Double], max: [Double])?
    }

    private var options: Options
    private let scale: ((Double) throws -> Double)?

    /// Creates a scheduler, and sets the learning rates of its first step.
    ///
    /// - Parameters:
    ///   - baseLearningRate: the lower bound, of all groups or of each; the rates become this.
    ///   - maxLearningRate: the upper bound, of all groups or of each.
    ///   - stepSizeUp: the steps from the lower bound to the upper one.
    ///   - stepSizeDown: the steps back; `nil` means `stepSizeUp`.
    ///   - scale: the height of the triangles relative to the first one, instead of `mode`; it is not in the state.
    ///   - scaleMode: what `scale` receives.
    ///   - cycleMomentum: whether SGD's momentum, or Adam's first beta, moves between two bounds too.
    /// - Throws: `SchedulerError` if a bound or `gamma` is negative, if a step size is below 1, or if the optimizer has
    ///   no momentum that could be cycled; `OptimizerError` if it cannot use such a momentum.
    public init(
        _ optimizer: Optimizer, baseLearningRate: any PerGroup, maxLearningRate: any PerGroup, stepSizeUp: Int = 2000,
        stepSizeDown: Int? = nil, mode: Mode = .triangular, gamma: Double = 1,
        scale: ((Double) throws -> Double)? = nil, scaleMode: ScaleMode = .cycle, cycleMomentum: Bool = true,
        baseMomentum: any PerGroup = 0.8, maxMomentum: any PerGroup = 0.9, lastEpoch: Int = -1
    ) throws {
        let baseRates = try baseLearningRate.values("base_lr", of: optimizer)
        let up = Double(try checked("step_size_up", stepSizeUp, atLeast: 1))
        let total = up + Double(try checked("step_size_down", stepSizeDown ?? stepSizeUp, atLeast: 1))
        options = Options(
            maxRates: try maxLearningRate.values("max_lr", of: optimizer), totalSize: total, stepRatio: up / total,
            mode: mode, gamma: try checked("gamma", gamma),
            scaleMode: scale != nil ? scaleMode : mode == .expRange ? .iterations : .cycle)
        self.scale = scale
        if cycleMomentum {
            let momentums = (
                base: try baseMomentum.values("base_momentum", of: optimizer),
                max: try maxMomentum.values("max_momentum", of: optimizer)
            )
            options.momentums = momentums
            try optimizer.validateMomentums(momentums.max)
            try optimizer.validateMomentums(momentums.base)
            if lastEpoch == -1 { try optimizer.startCycling(from: momentums.max, to: momentums.base) }
        }
        if lastEpoch == -1 {
            for (group, rate) in zip(optimizer.parameterGroups, baseRates) { group.learningRate = rate }
        }
        try super.init(optimizer, lastEpoch: lastEpoch)
        baseLearningRates = baseRates
    }

    public override func learningRates() throws -> [Double] {
        let height = try height()
        return zip(baseLearningRates, options.maxRates).map { $0 + ($1 - $0) * height.part * height.scale }
    }

    override func momentums() throws -> [Double]? {
        guard let momentums = options.momentums else { return nil }
        let height = try height()
        return zip(momentums.base, momentums.max).map { $1 - ($1 - $0) * height.part * height.scale }
    }

    /// The part of its triangle's height that the step has, and the height of the triangle.
    private func height() throws -> (part: Double, scale: Double) {
        let time = 1 + Double(lastEpoch) / options.totalSize
        let cycle = floor(time)
        let x = time - cycle
        let ratio = options.stepRatio
        let part = x <= ratio ? x / ratio : (x - 1) / (ratio - 1)
        let count = options.scaleMode == .cycle ? cycle : Double(lastEpoch)
        if let scale { return (part, try scale(count)) }
        switch options.mode {
        case .triangular: return (part, 1)
        case .triangular2: return (part, 1 / pow(2, count - 1))
        case .expRange: return (part, pow(options.gamma, count))
        }
    }

    // MARK: State

    public override func ownState() throws -> StateDict {
        var state: StateDict = [
            "max_lrs": .numbers(options.maxRates), "total_size": .double(options.totalSize),
            "step_ratio": .double(options.stepRatio), "mode": .string(options.mode.rawValue),
            "gamma": .double(options.gamma), "scale_mode": .string(options.scaleMode.rawValue),
            "cycle_momentum": .bool(options.momentums != nil),
        ]
        if let momentums = options.momentums {
            state["use_beta1"] = .bool(try optimizer.usesBeta1())
            state["base_momentums"] = .numbers(momentums.base)
            state["max_momentums"] = .numbers(momentums.max)
        }
        return state
    }

    public override func stateDict() throws -> StateDict {
        var state = try super.stateDict()
        state["_scale_fn_custom"] = .some(.none)
        return state
    }

    override var optionalStateNames: Set<String> { ["use_beta1", "base_momentums", "max_momentums"] }

    public override func setOwnState(_ state: StateDict) throws {
        var loaded = Options(
            maxRates: try rates(state, "max_lrs"),
            totalSize: try checkedPositive("total_size", state.double("total_size")),
            stepRatio: try checked("step_ratio", state.double("step_ratio"), in: 0...1),
            mode: try state.option("mode", as: Mode.self), gamma: try checked("gamma", state.double("gamma")),
            scaleMode: try state.option("scale_mode", as: ScaleMode.self))
        if try state.bool("cycle_momentum") {
            _ = try optimizer.usesBeta1()
            loaded.momentums = (try rates(state, "base_momentums"), try rates(state, "max_momentums"))
        }
        options = loaded
    }
}
