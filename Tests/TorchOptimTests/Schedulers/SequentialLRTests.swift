import Testing
import Torch
import TorchOptim

struct SequentialLRTests {
    @Test("a chain or a sequence in a sequence starts as it would alone")
    func nestedSchedulersStart() throws {
        let optimizer = try twoGroups()
        let chain = try ChainedScheduler([
            ConstantLR(optimizer, factor: 0.5, totalIters: 3), ExponentialLR(optimizer, gamma: 0.5),
        ])
        let sequence = try SequentialLR(
            optimizer, schedulers: [ConstantLR(optimizer, factor: 0.25), ExponentialLR(optimizer, gamma: 0.5)],
            milestones: [2])
        let scheduler = try SequentialLR(
            optimizer, schedulers: [chain, sequence, ExponentialLR(optimizer, gamma: 0.5)], milestones: [3, 7])
        var rates = [optimizer.rates[0]]
        for _ in 0..<8 {
            try scheduler.step()
            rates.append(optimizer.rates[0])
        }
        // By hand: 0.1 · 0.5 · 0.5^t for the chain; 0.1 · 0.25, and from its second step 0.1 · 0.5^t; then 0.1 · 0.5^t.
        let expected = [0.05, 0.025, 0.0125, 0.025, 0.025, 0.1, 0.05, 0.1, 0.05]
        #expect(areClose(rates, expected))
        #expect(scheduler.lastLearningRates == optimizer.rates)
    }

    @Test("schedulers of another optimizer, one that needs a metric, and milestones that do not fit are errors")
    func unfitSchedulersThrow() throws {
        let (optimizer, other) = (try twoGroups(), try twoGroups())
        let (first, second) = (try ConstantLR(optimizer), try ExponentialLR(optimizer, gamma: 0.9))
        let makers: [() throws -> LRScheduler] = [
            { try SequentialLR(optimizer, schedulers: [], milestones: []) },
            { try SequentialLR(optimizer, schedulers: [first, second], milestones: []) },
            { try SequentialLR(optimizer, schedulers: [first, second], milestones: [3, 5]) },
            { try SequentialLR(optimizer, schedulers: [first, second], milestones: [-1]) },
            { try SequentialLR(optimizer, schedulers: [first, second, first], milestones: [5, 3]) },
            { try SequentialLR(other, schedulers: [first, second], milestones: [3]) },
            { try SequentialLR(optimizer, schedulers: [first, ReduceLROnPlateau(optimizer)], milestones: [3]) },
            { try ChainedScheduler([]) },
            { try ChainedScheduler([first], optimizer: other) },
            { try ChainedScheduler([first, ExponentialLR(other, gamma: 0.9)]) },
            { try ChainedScheduler([first, ReduceLROnPlateau(optimizer)]) },
            { try LinearWarmupScheduler(other, warmupSteps: 3, scheduler: first) },
            { try LinearWarmupScheduler(optimizer, warmupSteps: 3, scheduler: ReduceLROnPlateau(optimizer)) },
        ]
        for (position, make) in makers.enumerated() {
            #expect(throws: SchedulerError.self, "\(position)") { try make() }
        }
    }

    @Test("a state whose second scheduler does not fit changes the first one neither")
    func unfitStatesChangeNothing() throws {
        let optimizer = try twoGroups()
        let first = try ConstantLR(optimizer)
        let scheduler = try ChainedScheduler([first, ExponentialLR(optimizer, gamma: 0.9)])
        let state = try scheduler.stateDict()
        try scheduler.step()
        var parts = try state.list("_schedulers")
        parts[1] = .dictionary(["gamma": 0.9])
        var changed = state
        changed["_schedulers"] = .list(parts)
        #expect(throws: StateDictError.self) { try scheduler.loadStateDict(changed) }
        #expect(first.lastEpoch == 1)
        changed["_schedulers"] = .list([parts[0]])
        #expect(throws: SchedulerError.self) { try scheduler.loadStateDict(changed) }
        try scheduler.loadStateDict(state)
        #expect(first.lastEpoch == 0 && scheduler.lastEpoch == 0)
    }
}
