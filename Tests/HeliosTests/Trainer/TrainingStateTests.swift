import TestSupport
import Testing

@testable import Helios

@Suite struct TrainingStateTests {
    @Test("a state comes back as it was saved")
    func roundTrip() throws {
        var state = TrainingState()
        state.currentIteration = 1
        state.globalIteration = 2
        state.globalEpoch = 3
        state.validationCycles = 4
        state.datasetIter = 5
        state.earlyStopCount = 6
        state.averageIterTime = 0.5
        state.runningIter = 7
        #expect(try TrainingState(state.stateDict()) == state)
    }

    @Test("numbers that no training reaches are an error", arguments: [-1, Int.min, Int.max])
    func notACount(_ number: Int) throws {
        for name in TrainingState().stateDict().names where name != "average_iter_time" {
            var state = TrainingState().stateDict()
            state["global_epoch"] = 1
            state[name] = .int(number)
            let error = #expect(throws: StateDictError.self) { try TrainingState(state) }
            #expect(error?.description.contains("'\(name)'") == true)
        }
    }

    @Test("a position in an epoch without a number is an error")
    func noEpoch() {
        var state = TrainingState()
        state.datasetIter = 1
        #expect(throws: StateDictError.self) { try TrainingState(state.stateDict()) }
    }
}
