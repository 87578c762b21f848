import TestSupport
import Testing
import Torch
import TorchOptim

struct LRSchedulerTests {
    private static let fixtureResult = Result {
        try fixture("schedulers", as: SchedulerFixture.self)
    }
    private let recorded: SchedulerFixture

    init() throws {
        recorded = try Self.fixtureResult.get()
    }

    // MARK: Rates

    @Test("rates and momentum of a hundred steps are those of Python", arguments: SchedulerCases.cases.keys.sorted())
    func ratesArePythons(name: String) throws {
        let make = try #require(SchedulerCases.cases[name])
        try expect(recorded.cases[name], optimizer: twoGroups()) { [try make($0)] }
    }

    @Test(
        "the first of Adam's betas is cycled as in PyTorch",
        arguments: ["cyclic", "cyclic range", "one cycle", "one cycle linear", "one cycle three", "step"])
    func betasAreCycled(name: String) throws {
        let make = try #require(SchedulerCases.cases[name])
        try expect(recorded.betas[name], optimizer: twoGroups(betas: true)) { [try make($0)] }
    }

    @Test(
        "several schedulers on one optimizer start from each other's rates",
        arguments: SchedulerCases.together.keys.sorted())
    func schedulersWorkTogether(name: String) throws {
        try expect(
            recorded.together[name], optimizer: twoGroups(), make: #require(SchedulerCases.together[name]))
    }

    @Test("rates that are changed by hand are gone on from as in Python")
    func ratesAreChanged() throws {
        #expect(recorded.byHand.count == 19)
        for (name, record) in recorded.byHand {
            let make = try #require(SchedulerCases.cases[name])
            try expect(record, optimizer: twoGroups(), byHand: true, name) { [try make($0)] }
        }
    }

    @Test("a lastEpoch resumes from the initial rates of the groups", arguments: SchedulerCases.later.keys.sorted())
    func lastEpochGoesOn(name: String) throws {
        let make = try #require(SchedulerCases.later[name])
        // A scheduler that is made before the warm-up gives the groups their initial rates.
        if name != "warm-up" { #expect(throws: SchedulerError.self) { try make(twoGroups()) } }
        let optimizer = try twoGroups()
        for group in optimizer.parameterGroups { group.options["initial_lr"] = .double(2 * group.learningRate) }
        try expect(recorded.later[name], optimizer: optimizer) { [try make($0)] }
    }

    @Test(
        "rates and momentum of a hundred steps have the bits of the PyTorch beside", .needsPyTorch,
        arguments: SchedulerCases.arePyTorchs(SchedulerCases.cases.keys))
    func ratesArePyTorchs(name: String) async throws {
        let live: SchedulerFixture = try await Python.fixture("schedulers")
        let make = try #require(SchedulerCases.cases[name])
        try expect(live.cases[name], optimizer: twoGroups(), isExact: true) { [try make($0)] }
        guard let record = live.byHand[name] else { return }
        try expect(record, optimizer: twoGroups(), byHand: true, isExact: true, "by hand,") { [try make($0)] }
    }

    @Test(
        "betas, several schedulers together, and a lastEpoch have the bits of the PyTorch beside", .needsPyTorch)
    func othersArePyTorchs() async throws {
        let live: SchedulerFixture = try await Python.fixture("schedulers")
        #expect(live.betas.count == 6)
        for (name, record) in live.betas {
            let make = try #require(SchedulerCases.cases[name])
            try expect(record, optimizer: twoGroups(betas: true), isExact: true, "betas, \(name),") { [try make($0)] }
        }
        for (name, make) in SchedulerCases.together {
            try expect(live.together[name], optimizer: twoGroups(), isExact: true, "\(name),", make: make)
        }
        for name in SchedulerCases.arePyTorchs(SchedulerCases.later.keys) {
            let make = try #require(SchedulerCases.later[name])
            let optimizer = try twoGroups()
            for group in optimizer.parameterGroups { group.options["initial_lr"] = .double(2 * group.learningRate) }
            try expect(live.later[name], optimizer: optimizer, isExact: true, "later, \(name),") { [try make($0)] }
        }
    }

    private func expect(
        _ record: SchedulerFixture.Record?, optimizer: Optimizer, byHand: Bool = false, isExact: Bool = false,
        _ comment: String = "", make: (Optimizer) throws -> [LRScheduler]
    ) throws {
        let record = try #require(record)
        let schedulers = try make(optimizer)
        for step in record.rates.indices {
            if step > 0 {
                for scheduler in schedulers { try recorded.advance(scheduler, step: step - 1) }
            }
            // The script halves them after it has stepped, and before it writes them.
            if byHand && step == SchedulerFixture.saved {
                for group in optimizer.parameterGroups { group.learningRate *= 0.5 }
            } else {
                #expect(schedulers.last?.lastLearningRates == optimizer.rates)
            }
            let momentums = record.momentums.count == 1 ? record.momentums[0] : record.momentums[step]
            let isSame =
                try isExact
                ? optimizer.rates == record.rates[step] && optimizer.momentums == momentums
                : areClose(optimizer.rates, record.rates[step]) && areClose(optimizer.momentums, momentums)
            guard isSame else {
                Issue.record(
                    """
                    \(comment) step \(step): \(optimizer.rates) and \(try optimizer.momentums) instead of \
                    \(record.rates[step]) and \(momentums)
                    """)
                return
            }
        }
    }

    // MARK: State

    @Test(
        "the states after 37 steps have Python's keys, types and values, and so have the groups' options",
        arguments: SchedulerCases.cases.keys.sorted())
    func statesArePythons(name: String) throws {
        let record = try #require(recorded.cases[name])
        let optimizer = try twoGroups()
        let scheduler = try #require(try SchedulerCases.cases[name]?(optimizer))
        for step in 0..<SchedulerFixture.saved { try recorded.advance(scheduler, step: step) }
        var (state, expected) = (try scheduler.stateDict(), try #require(record.states?.first).state)
        if scheduler is LinearWarmupScheduler {
            // Python's are the rates before the other scheduler's step.
            (state["_last_lr"], expected["_last_lr"]) = (.some(.none), .some(.none))
        }
        #expect(difference(.dictionary(state), .dictionary(expected)) == nil)
        for (group, recorded) in zip(optimizer.parameterGroups, try #require(record.options)) {
            let expected = try recorded.state
            for (key, value) in expected {
                #expect(difference(try group.options.value(key), value, at: "\(key)") == nil)
            }
            let known = group.options.names.filter { optimizer.defaults[$0] == nil }
            #expect(known == expected.names.filter { optimizer.defaults[$0] == nil })
        }
    }

    @Test("Python's state is gone on from", arguments: SchedulerCases.cases.keys.sorted())
    func pythonsStateIsLoaded(name: String) throws {
        let record = try #require(recorded.cases[name])
        let optimizer = try twoGroups()
        let scheduler = try #require(try SchedulerCases.cases[name]?(optimizer))
        try scheduler.loadStateDict(#require(record.states?.first).state)
        for (group, options) in zip(optimizer.parameterGroups, try #require(record.options)) {
            for (key, value) in try options.state { group.options[key] = value }
        }
        for step in SchedulerFixture.saved..<record.rates.count - 1 {
            try recorded.advance(scheduler, step: step)
            #expect(areClose(optimizer.rates, record.rates[step + 1]), "step \(step)")
        }
    }

    @Test(
        "a run that is stopped after any step resumes to the same bits", arguments: SchedulerCases.cases.keys.sorted())
    func resumeIsExact(name: String) throws {
        let make = try #require(SchedulerCases.cases[name])
        let optimizer = try twoGroups()
        let scheduler = try make(optimizer)
        var rates: [[Double]] = []
        var momentums: [[Double]] = []
        var states: [(StateDict, StateDict)] = []
        for step in recorded.metrics.indices {
            states.append((try optimizer.stateDict(), try scheduler.stateDict()))
            try recorded.advance(scheduler, step: step)
            rates.append(optimizer.rates)
            momentums.append(try optimizer.momentums)
        }
        for (start, (optimizerState, schedulerState)) in states.enumerated() {
            let optimizer = try twoGroups()
            let scheduler = try make(optimizer)
            try optimizer.loadStateDict(optimizerState)
            try scheduler.loadStateDict(schedulerState)
            // To the end from some, and over the next milestones from all.
            let end = start % 25 == 0 ? rates.count : min(start + 6, rates.count)
            for step in start..<end {
                try recorded.advance(scheduler, step: step)
                guard optimizer.rates == rates[step], try optimizer.momentums == momentums[step] else {
                    Issue.record("stopped after \(start), at \(step): \(optimizer.rates) instead of \(rates[step])")
                    return
                }
            }
        }
    }

    @Test(
        "a state that lacks a key or has a wrong value is an error, and changes nothing",
        arguments: SchedulerCases.cases.keys.sorted())
    func unfitStatesThrow(name: String) throws {
        let optimizer = try twoGroups()
        let scheduler = try #require(try SchedulerCases.cases[name]?(optimizer))
        for step in 0..<SchedulerFixture.saved { try recorded.advance(scheduler, step: step) }
        let state = try scheduler.stateDict()
        let ignored: Set<String> = [
            "_is_initial", "_get_lr_called_within_step", "lr_lambdas", "_scale_fn_custom", "use_beta1", "mode_worse",
            "_cumulative_period",
        ]
        for key in state.names where !ignored.contains(key) {
            for value: StateValue? in [
                nil, .string("no"), .int(.min), .list(["no"]), .double(.nan), .dictionary(["a": 1]),
            ] {
                var changed = state
                changed[key] = value
                // A best metric may be any number, and a default that is none is one of PyTorch's.
                if key == "best", case .double? = value { continue }
                if key == "best", case .int? = value { continue }
                #expect(throws: (any Error).self, "\(key) \(String(describing: value))") {
                    try scheduler.loadStateDict(changed)
                }
                #expect(difference(.dictionary(try scheduler.stateDict()), .dictionary(state)) == nil)
            }
        }
    }

    // MARK: The optimizer

    @Test("a group keeps the initial rate that it has, and gets one if it has none")
    func initialRates() throws {
        let optimizer = try twoGroups()
        optimizer.parameterGroups[1].options["initial_lr"] = 0.5
        let scheduler = try ExponentialLR(optimizer, gamma: 0.5)
        #expect(scheduler.baseLearningRates == [0.1, 0.5])
        #expect(try optimizer.parameterGroups.map { try $0.options.double("initial_lr") } == [0.1, 0.5])
        #expect(optimizer.rates == [0.1, 0.02])
    }

    @Test("an optimizer with another number of groups than at the start is an error at the next step")
    func groupsAreAdded() throws {
        let optimizer = try twoGroups()
        let scheduler = try LambdaLR(optimizer) { _ in 1 }
        try optimizer.addParameterGroup(ParameterGroup([Tensor.zeros([1])]))
        let error = #expect(throws: SchedulerError.self) { try scheduler.step() }
        #expect(error?.description.contains("2 groups, the optimizer 3") == true)
        #expect(scheduler.lastEpoch == 0)
    }

    @Test("a rate that is not finite is an error, and the optimizer keeps its rates")
    func infiniteRatesThrow() throws {
        let optimizer = try twoGroups()
        let scheduler = try LambdaLR(optimizer) { $0 < 3 ? 1 : .infinity }
        try scheduler.step()
        try scheduler.step()
        #expect(throws: SchedulerError.self) { try scheduler.step() }
        #expect(optimizer.rates == [0.1, 0.02])
        #expect(scheduler.lastEpoch == 2)
        #expect(throws: SchedulerError.self) { try LambdaLR(optimizer) { _ in .nan } }
    }

    @Test("a rate that is not a number is an error")
    func strangeRatesThrow() throws {
        let optimizer = try twoGroups()
        optimizer.parameterGroups[0].options["lr"] = "fast"
        #expect(throws: StateDictError.self) { try ExponentialLR(optimizer, gamma: 0.9) }
    }

    @Test("a function's error comes out of the step")
    func functionsThrow() throws {
        let scheduler = try LambdaLR(twoGroups()) { epoch in
            if epoch == 1 { throw FixtureProblem() }
            return 1
        }
        #expect(throws: FixtureProblem.self) { try scheduler.step() }
    }

    @Test("a scheduler of one's own needs its rates only, and its state is saved")
    func ownScheduler() throws {
        final class Halving: LRScheduler {
            override func learningRates() throws -> [Double] {
                try currentLearningRates().map { isInitialStep ? $0 : $0 / 2 }
            }
        }
        let optimizer = try twoGroups()
        let scheduler = try Halving(optimizer)
        try scheduler.step()
        #expect(optimizer.rates == [0.05, 0.01])
        #expect(scheduler.lastLearningRates == [0.05, 0.01])
        let resumed = try Halving(optimizer)
        try resumed.loadStateDict(scheduler.stateDict())
        #expect(resumed.lastEpoch == 1)
        #expect(throws: SchedulerError.self) { try LRScheduler(optimizer) }
    }
}
