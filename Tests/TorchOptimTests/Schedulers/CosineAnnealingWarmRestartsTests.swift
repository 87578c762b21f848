import TestSupport
import Testing
import Torch
import TorchOptim

struct CosineAnnealingWarmRestartsTests {
    @Test("times between the epochs have PyTorch's rates")
    func between() throws {
        let optimizer = try twoGroups()
        let scheduler = try CosineAnnealingWarmRestarts(optimizer, t0: 4, tMult: 3, etaMin: 0.001)
        for moment in try fixture("schedulers", as: SchedulerFixture.self).between {
            if let epoch = moment.epoch { try scheduler.step(epoch: epoch) } else { try scheduler.step() }
            #expect(areClose(optimizer.rates, moment.rates), "\(String(describing: moment.epoch))")
            #expect(scheduler.lastEpoch == moment.lastEpoch)
        }
    }

    @Test("a time that is negative, infinite or no number is an error", arguments: [-0.5, .infinity, .nan, 1e300])
    func strangeTimesThrow(epoch: Double) throws {
        let scheduler = try CosineAnnealingWarmRestarts(twoGroups(), t0: 4)
        #expect(throws: SchedulerError.self) { try scheduler.step(epoch: epoch) }
    }

    @Test("periods that outgrow the whole numbers do not end")
    func periodsGrow() throws {
        let optimizer = try twoGroups()
        let scheduler = try CosineAnnealingWarmRestarts(optimizer, t0: 1, tMult: 1 << 53)
        for _ in 0..<5 { try scheduler.step() }
        #expect(areClose(optimizer.rates, [0.1, 0.02]))
        try scheduler.step(epoch: 0x1p53)
        try scheduler.loadStateDict(scheduler.stateDict())
    }
}
