import Foundation
import TestSupport
import Testing

@testable import Helios

/// What an application shows of an error is what the error says.
@Suite struct LocalizedErrorTests {
    private static let file = URL(filePath: "/runs/net/net_epoch_1_iter_2.pth")

    static let errors: [any Error & CustomStringConvertible] = [
        ConfigurationError("one"),
        CheckpointError(path: file.path, reason: "two"),
        DataError("three"),
        LogFileError(path: "/runs/net.log", reason: "four"),
        NonFiniteLossError(name: "loss", value: .nan, state: TrainingState()),
        NonFiniteOutputError(layer: "network.0", type: "Linear", inputIsFinite: true),
        PluginError(id: "ema", reason: "five"),
        ResumeCheckError(difference: "six", unsavedProperties: ["seven"]),
        TrainingError(cause: DataError("eight"), checkpoint: file),
        TorchError(kind: .shape, operation: "addmm", inputs: "float32[2, 3]", message: "nine"),
        StateDictError("ten"),
        OptimizerError("eleven"),
        SchedulerError("twelve"),
        TorchFileError(path: file.path, reason: "thirteen"),
    ]

    @Test("localizedDescription is the error's own sentence", arguments: errors.indices)
    func sentence(index: Int) {
        let error = LocalizedErrorTests.errors[index]
        #expect(error.localizedDescription == error.description && !error.description.isEmpty)
    }

    @Test("so it is for a layer that could not be made")
    func module() {
        let error = #expect(throws: ModuleError.self) { try Linear(-3, 10).validate() }
        #expect(error?.localizedDescription == error?.description && error?.description.contains("Linear") == true)
    }
}
