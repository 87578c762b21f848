import Testing
import Torch
import TorchOptim

struct ReduceLROnPlateauTests {
    @Test("a step without a metric is an error that says what to call")
    func metricIsNeeded() throws {
        let scheduler = try ReduceLROnPlateau(twoGroups())
        let error = #expect(throws: SchedulerError.self) { try scheduler.step() }
        #expect(error?.description.contains("step(metric:)") == true)
    }

    @Test("a metric that is not a number has not improved")
    func notANumber() throws {
        let optimizer = try twoGroups()
        let scheduler = try ReduceLROnPlateau(optimizer, patience: 1)
        for metric in [1, .nan, .nan] { try scheduler.step(metric: metric) }
        #expect(areClose(optimizer.rates, [0.01, 0.002]))
        #expect(scheduler.best == 1)
    }

    @Test("a group that is added later gets the least rate of all, or is an error if each group has its own")
    func groupsAreAdded() throws {
        for (minimum, throwsError) in [(0.001 as any PerGroup, false), ([0.001, 0.002], true)] {
            let optimizer = try twoGroups()
            let scheduler = try ReduceLROnPlateau(optimizer, patience: 0, minLearningRate: minimum)
            try scheduler.step(metric: 1)
            try optimizer.addParameterGroup(ParameterGroup([Tensor.zeros([1])], learningRate: 0.005))
            if throwsError {
                #expect(throws: SchedulerError.self) { try scheduler.step(metric: 1) }
                #expect(scheduler.lastEpoch == 1)
            } else {
                try scheduler.step(metric: 1)
                #expect(areClose(optimizer.rates, [0.01, 0.002, 0.001]))
            }
        }
    }
}
