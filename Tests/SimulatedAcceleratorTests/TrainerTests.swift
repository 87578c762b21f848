import Foundation
import Helios
import TestSupport
import Testing

@testable import TrainingProgram

@Suite("The trainer on a device that is not the CPU") struct TrainerTests {
    @Test("trainings by epoch and by iteration are those of the CPU, with workers, clipping and accumulation")
    func trainings() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let clips: [GradientClip?] = [nil, .norm(0.5), .value(0.01)]
                for (number, clip) in clips.enumerated() {
                    var training = SimulatedTraining(accumulation: number + 1, workers: number)
                    if number == 1 { (training.unit, training.count) = (.iteration, 7) }
                    let expected = try training.run(DeviceModel(clip: clip), on: .cpu)
                    let actual = try training.run(DeviceModel(clip: clip), on: Simulation.device)
                    #expect(actual.devices == ["sim:0"])
                    #expect(actual.losses == expected.losses && !expected.losses.isEmpty)
                    #expect(actual.validationScores == expected.validationScores)
                    try TrainerTests.expectSameState(actual, expected)
                }
            }
        }
    }

    @Test("losses stay on the device for many steps, and are read there when they are wanted")
    func postponedLosses() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let models = try [Device.cpu, Simulation.device].map { device in
                    let model = Quiet(saveName: "quiet")
                    try SimulatedTraining(count: 3).trainer(device).fit(model, DeviceData())
                    return model
                }
                #expect(models[0].sums == models[1].sums && models[0].sums.count == 3)
            }
        }
    }

    @Test("a test and a prediction use a checkpoint, wherever it was saved and is loaded")
    func checkpoints() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                for (saving, loading) in [(device, Device.cpu), (.cpu, device), (device, try Device("sim:1"))] {
                    try withTemporaryFolder { folder in
                        let training = SimulatedTraining(folder: folder)
                        let trained = try training.run(DeviceModel(), on: saving)
                        let trainer = try training.trainer(loading)
                        let model = DeviceModel()
                        try trainer.test(model, DeviceData(), checkpoint: .newest)
                        #expect(model.mapLocation == loading)
                        #expect(try model.network.parameters()[0].device.kind == loading.kind)
                        trained.network.eval()
                        try TrainerTests.expectSameState(model, trained, ofNetworkOnly: true)
                        let predictions = try trainer.predict(model, DeviceData(), checkpoint: .newest)
                        #expect(predictions.count == 2 && predictions[0].device.kind == loading.kind)
                        let again = try SimulatedTraining().trainer(saving)
                        try again.test(trained, DeviceData())
                        #expect(trained.testScores == model.testScores && !model.testScores.isEmpty)
                    }
                }
            }
        }
    }

    @Test("a training that began on another device resumes, and a warning says what that changes")
    func resumesElsewhere() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                for (first, second) in [(device, Device.cpu), (.cpu, device)] {
                    try withTemporaryFolder { folder in
                        var training = SimulatedTraining(folder: folder)
                        training.count = 1
                        try training.run(DeviceModel(), on: first)
                        training.count = 2
                        let resumed = try training.run(DeviceModel(), on: second)
                        #expect(try resumed.network.parameters()[0].device.kind == second.kind)
                        // Nothing draws on the device here.
                        let whole = try SimulatedTraining().run(DeviceModel(), on: .cpu)
                        try TrainerTests.expectSameState(resumed, whole)
                        let log = try String(contentsOf: folder.appending(path: "model.resumes.log"), encoding: .utf8)
                        let warnings = log.split(separator: "\n").filter { $0.contains("was trained on") }
                        #expect(warnings.count == 1, "\(log)")
                        #expect(warnings.first?.contains("'\(first)'") == true && warnings[0].contains("'\(second)'"))
                    }
                }
            }
        }
    }

    @Test("a training with dropout on the device that was stopped resumes to the bit")
    func resumes() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                for unit in [TrainingUnit.epoch, .iteration] {
                    try withTemporaryFolder { folder in
                        var training = SimulatedTraining(unit: unit, count: unit == .epoch ? 2 : 9)
                        training.folder = folder.appending(path: "whole")
                        let whole = try training.run(Stopping(dropout: 0.4), on: device)
                        training.folder = folder.appending(path: "parts")
                        let stopped = Stopping(dropout: 0.4)
                        stopped.stop = 3
                        try training.run(stopped, on: device)
                        let resumed = try training.run(Stopping(dropout: 0.4), on: device)
                        #expect(stopped.losses + resumed.losses == whole.losses)
                        try TrainerTests.expectSameState(resumed, whole)
                    }
                }
            }
        }
    }

    @Test("stopped after any step or in any validation, trainings drawn at random end the same")
    func stopAnywhere() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil
                for seed in UInt64(0)..<(isThorough ? 24 : 3) {
                    let configuration = RandomTraining(seed: seed, device: try Simulation.device)
                    try withTemporaryFolder { folder in
                        let whole = try configuration.train(in: folder.appending(path: "whole"), stops: [])
                        #expect(whole.stepCount > 0)
                        var stops = [(1...max(whole.stepCount, 1)).map { RandomTraining.Stop.step($0) }]
                        stops.append([.step(whole.stepCount / 2)])
                        if whole.validationStepCount > 1 { stops.append([.validationStep(1)]) }
                        for (number, stops) in stops.enumerated() {
                            let parts = try configuration.train(in: folder.appending(path: "\(number)"), stops: stops)
                            #expect(parts.differences(from: whole) == [], "\(configuration), stopped at \(stops)")
                        }
                    }
                }
            }
        }
    }

    @Test("the resume check passes, and finders find what they find on the CPU")
    func finders() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                let training = SimulatedTraining()
                try training.trainer(device).checkResume(batches: 3, then: 3) {
                    (DeviceModel(dropout: 0.3), DeviceData())
                }
                let rates = try [Device.cpu, device].map {
                    try training.trainer($0).findLearningRate(DeviceModel(), DeviceData(), steps: 20)
                }
                #expect(rates[0].suggestion == rates[1].suggestion && rates[0].suggestion != nil)
                let sizes = try [Device.cpu, device].map {
                    try training.trainer($0).findBatchSize(DeviceModel(), DeviceData(), upTo: 8).batchSize
                }
                #expect(sizes[0] == sizes[1])
            }
        }
    }

    /// Expects the states of two models to be the same to the bit, wherever their tensors are.
    static func expectSameState(
        _ actual: DeviceModel, _ expected: DeviceModel, ofNetworkOnly: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let states = try [actual, expected].map {
            flattened(try ofNetworkOnly ? $0.network.stateDict() : $0.stateDict())
        }
        let differences = Set(states[0].keys).union(states[1].keys).filter { states[0][$0] != states[1][$0] }
        #expect(!states[0].isEmpty && differences.isEmpty, "\(differences.sorted())", sourceLocation: sourceLocation)
    }
}

/// Asks for its losses at the end of an epoch only.
private final class Quiet: Model<LabeledBatch> {
    var network: Linear!
    var optimizer: SGD!
    var sums: [[String: Double]] = []
    override func setup(fastInit: Bool) throws {
        network = try Linear(9, 3).to(device)
        optimizer = try SGD(network, learningRate: 0.1)
    }
    override func trainStep(_ batch: LabeledBatch, state: TrainingState) throws {
        try minimize(optimizer) { try crossEntropy(network(batch.inputs.flatten(startDim: 1)), batch.targets) }
    }
    override func onTrainingEpochEnd(currentEpoch: Int) throws { sums.append(runningLosses) }
    override func validStep(_ batch: LabeledBatch, step: Int) throws {}
    override func testStep(_ batch: LabeledBatch, step: Int) throws {}
}

/// Asks to stop after a step.
private final class Stopping: DeviceModel {
    var stop: Int?
    override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
        try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
        if state.globalIteration == stop { trainer?.stop() }
    }
}
