import Helios
import Testing

@testable import TrainingProgram

@Suite struct DataModuleTests {
    private final class Phases: DataModule<[Int]> {
        override func setup() throws {
            for count in [6, 9] {
                try addTrainPhase(Numbers(count: count, offset: 0).collated { $0 }, LoaderOptions(batchSize: 3))
            }
        }
    }

    @Test("training phases come one after the other, and the last one stays")
    func phases() throws {
        let data = Phases()
        try data.setup()
        #expect(try data.trainStepsPerEpoch() == 2)
        data.advanceTrainPhase()
        #expect(try data.trainStepsPerEpoch() == 3)
        data.advanceTrainPhase()
        #expect(data.trainPhase == 1)
        #expect(data.validDataLoader == nil)
    }

    @Test("the phase is in the state")
    func state() throws {
        let data = Phases()
        try data.setup()
        data.advanceTrainPhase()
        let other = Phases()
        try other.setup()
        try other.loadStateDict(data.stateDict())
        #expect(other.trainPhase == 1)
    }

    @Test("an error of the data or their options names the data that it is about")
    func namedErrors() throws {
        final class Module: DataModule<[Int]> {
            let body: (Module) throws -> Void
            init(_ body: @escaping (Module) throws -> Void) { self.body = body }
            override func setup() throws { try body(self) }
        }
        let empty = Numbers(count: 0, offset: 0).collated { $0 }
        let cases: [(String, (Module) throws -> Void)] = [
            ("the training data: the data set has no samples", { try $0.addTrainPhase(empty) }),
            (
                "the training data of phase 2: the data set has no samples",
                {
                    try $0.addTrainPhase(Numbers(count: 1, offset: 0).collated { $0 })
                    try $0.addTrainPhase(empty)
                }
            ),
            ("the validation data: the data set has no samples", { try $0.setValidation(empty) }),
            ("the test data: the data set has no samples", { try $0.setTest(empty) }),
            ("the prediction data: the data set has no samples", { try $0.setPrediction(empty) }),
        ]
        for (message, body) in cases {
            let error = #expect(throws: DataError.self) { try Module(body).setup() }
            #expect(error?.description == message)
        }
    }

    @Test("a phase that is not there is an error", arguments: [-1, 2])
    func missingPhase(phase: Int) throws {
        let data = Phases()
        try data.setup()
        #expect(throws: DataError.self) { try data.loadStateDict(["phase": .int(phase)]) }
        #expect(data.trainPhase == 0)
    }

    @Test("without a setup, or without training data, there is an error that says where they belong")
    func nothing() {
        let data = DataModule<[Int]>()
        #expect(throws: DataError.self) { try data.setup() }
        let error = #expect(throws: DataError.self) { try data.trainStepsPerEpoch() }
        #expect(error?.description.contains("setup()") == true)
    }
}
