import Foundation
import Torch

/// Raises the learning rates from a low start to their maximum and lowers them to almost nothing, in one cycle over the
/// whole training, and the momentum the other way around.
///
/// It acts at each step, so call it once for each batch. PyTorch's `OneCycleLR`. Smith and Topin 2019,
/// "Super-convergence: very fast training of neural networks using large learning rates".
public final class OneCycleLR: LRScheduler {
    /// How the rates move from one end of a phase to the other.
    public enum AnnealStrategy: String, CaseIterable, Sendable {
        case cos, linear
    }

    /// A part of the cycle; its ends are the names of options that the parameter groups have.
    fileprivate struct Phase {
        let endStep: Double
        let rates: (start: String, end: String)
        let momentums: (start: String, end: String)
    }

    public private(set) var totalSteps: Int
    /// The length that the cycle was created with, whatever a loaded state says.
    private let createdTotalSteps: Int
    private var phases: [Phase]
    private var annealStrategy: AnnealStrategy
    private var cyclesMomentum: Bool

    /// The length of the cycle is `totalSteps`, or else `epochs` times `stepsPerEpoch`.
    ///
    /// - Parameters:
    ///   - maxLearningRate: the highest rate, of all groups or of each.
    ///   - pctStart: the part of the steps in which the rates rise.
    ///   - cycleMomentum: whether SGD's momentum, or Adam's first beta, moves from the maximum to the base and back.
    ///   - divFactor: the first rate is the highest divided by this.
    ///   - finalDivFactor: the last rate is the first divided by this.
    ///   - threePhase: whether the rates fall as they rose, and then move from the first to the last rate in a third
    ///     phase.
    /// - Throws: `SchedulerError` if there is no length, if an option is out of its range, or if the optimizer has no
    ///   momentum that could be cycled; `OptimizerError` if it cannot use such a momentum.
    public init(
        _ optimizer: Optimizer, maxLearningRate: any PerGroup, totalSteps: Int? = nil, epochs: Int? = nil,
        stepsPerEpoch: Int? = nil, pctStart: Double = 0.3, annealStrategy: AnnealStrategy = .cos,
        cycleMomentum: Bool = true, baseMomentum: any PerGroup = 0.85, maxMomentum: any PerGroup = 0.95,
        divFactor: Double = 25, finalDivFactor: Double = 1e4, threePhase: Bool = false, lastEpoch: Int = -1
    ) throws {
        let total = try Self.length(totalSteps, epochs, stepsPerEpoch)
        self.totalSteps = total
        createdTotalSteps = total
        phases = Self.phases(
            total: Double(total), pctStart: try checked("pct_start", pctStart, in: 0...1), isThree: threePhase)
        _ = try Self.phase(at: 0, of: phases)
        self.annealStrategy = annealStrategy
        cyclesMomentum = cycleMomentum
        let maxRates = try maxLearningRate.values("max_lr", of: optimizer)
        let (divisor, finalDivisor) = (
            try checkedPositive("div_factor", divFactor), try checkedPositive("final_div_factor", finalDivFactor)
        )
        let momentums: (base: [Double], max: [Double])?
        if cycleMomentum {
            let base = try baseMomentum.values("base_momentum", of: optimizer)
            let max = try maxMomentum.values("max_momentum", of: optimizer)
            try optimizer.validateMomentums(base)
            try optimizer.validateMomentums(max)
            momentums = (base, max)
        } else {
            momentums = nil
        }
        if lastEpoch == -1 {
            for (group, rate) in zip(optimizer.parameterGroups, maxRates) {
                group.options["initial_lr"] = .double(rate / divisor)
                group.options["max_lr"] = .double(rate)
                group.options["min_lr"] = .double(rate / divisor / finalDivisor)
            }
            if let momentums { try optimizer.startCycling(from: momentums.max, to: momentums.base) }
        }
        try super.init(optimizer, lastEpoch: lastEpoch)
    }

    private static func length(_ totalSteps: Int?, _ epochs: Int?, _ stepsPerEpoch: Int?) throws -> Int {
        if let totalSteps { return try checked("total_steps", totalSteps, atLeast: 1) }
        guard let epochs, let stepsPerEpoch else {
            throw SchedulerError("OneCycleLR needs totalSteps, or epochs and stepsPerEpoch")
        }
        let (product, overflow) = try checked("epochs", epochs, atLeast: 1)
            .multipliedReportingOverflow(by: checked("steps_per_epoch", stepsPerEpoch, atLeast: 1))
        return try checked("total_steps", overflow ? .max : product, atLeast: 1)
    }

    private static func phases(total: Double, pctStart: Double, isThree: Bool) -> [Phase] {
        let rise = Phase(
            endStep: pctStart * total - 1, rates: ("initial_lr", "max_lr"), momentums: ("max_momentum", "base_momentum")
        )
        guard isThree else {
            return [
                rise,
                Phase(
                    endStep: total - 1, rates: ("max_lr", "min_lr"), momentums: ("base_momentum", "max_momentum")),
            ]
        }
        return [
            rise,
            Phase(
                endStep: 2 * pctStart * total - 2, rates: ("max_lr", "initial_lr"),
                momentums: ("base_momentum", "max_momentum")),
            Phase(
                endStep: total - 1, rates: ("initial_lr", "min_lr"), momentums: ("max_momentum", "max_momentum")),
        ]
    }

    public override func learningRates() throws -> [Double] {
        try annealed(\.rates)
    }

    override func momentums() throws -> [Double]? {
        cyclesMomentum ? try annealed(\.momentums) : nil
    }

    /// Returns the value of each group between the ends that its options set for the phase.
    private func annealed(_ ends: (Phase) -> (start: String, end: String)) throws -> [Double] {
        guard lastEpoch <= totalSteps else {
            let reason =
                totalSteps == createdTotalSteps
                ? "create it with more steps"
                : "this length comes from the state (the checkpoint) that was loaded, and the scheduler was created with "
                    + "\(createdTotalSteps): train no longer than the cycle, or use the options of the program instead of "
                    + "those of the state"
            throw SchedulerError("OneCycleLR has no step \(lastEpoch): its cycle has \(totalSteps) steps; \(reason)")
        }
        let (phase, part) = try Self.phase(at: lastEpoch, of: phases)
        return try optimizer.parameterGroups.map { group in
            let (start, end) = (
                try group.options.double(.string(ends(phase).start)), try group.options.double(.string(ends(phase).end))
            )
            switch annealStrategy {
            case .cos: return end + (start - end) / 2 * (cos(.pi * part) + 1)
            case .linear: return (end - start) * part + start
            }
        }
    }

    /// Returns the phase that a step falls into, and the part of it that is over then.
    private static func phase(at step: Int, of phases: [Phase]) throws -> (phase: Phase, part: Double) {
        let step = Double(step)
        let position = phases.firstIndex { step <= $0.endStep } ?? phases.count - 1
        let phase = phases[position]
        let start = position == 0 ? 0 : phases[position - 1].endStep
        guard start != phase.endStep else {
            throw SchedulerError(
                "OneCycleLR has a phase without a step, at \(start): change pctStart, or the number of steps")
        }
        return (phase, (step - start) / (phase.endStep - start))
    }

    // MARK: State

    public override func ownState() throws -> StateDict {
        var state: StateDict = [
            "total_steps": .int(totalSteps), "_schedule_phases": .list(phases.map { .dictionary($0.state) }),
            "_anneal_func_type": .string(annealStrategy.rawValue), "cycle_momentum": .bool(cyclesMomentum),
        ]
        if cyclesMomentum { state["use_beta1"] = .bool(try optimizer.usesBeta1()) }
        return state
    }

    override var optionalStateNames: Set<String> { ["use_beta1"] }

    public override func setOwnState(_ state: StateDict) throws {
        let total = try checked("total_steps", state.int("total_steps"), atLeast: 1)
        let loaded = try state.list("_schedule_phases").map { try Phase($0) }
        let strategy = try state.option("_anneal_func_type", as: AnnealStrategy.self)
        let cycles = try state.bool("cycle_momentum")
        if cycles { _ = try optimizer.usesBeta1() }
        guard !loaded.isEmpty else { throw SchedulerError("'_schedule_phases' of the state is empty") }
        (totalSteps, phases, annealStrategy, cyclesMomentum) = (total, loaded, strategy, cycles)
    }
}

extension OneCycleLR.Phase {
    fileprivate init(_ value: StateValue) throws {
        guard case .dictionary(let state) = value else {
            throw SchedulerError("'_schedule_phases' must hold dictionaries, and holds a \(value.typeName)")
        }
        endStep = try state.double("end_step")
        rates = (try state.string("start_lr"), try state.string("end_lr"))
        momentums = (try state.string("start_momentum"), try state.string("end_momentum"))
    }

    fileprivate var state: StateDict {
        [
            "end_step": .double(endStep), "start_lr": .string(rates.start), "end_lr": .string(rates.end),
            "start_momentum": .string(momentums.start), "end_momentum": .string(momentums.end),
        ]
    }
}
