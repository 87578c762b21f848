import Foundation
import Helios
import HeliosConfiguration
import TestSupport
import Testing

@testable import Digits
@testable import LanguageModel
@testable import RingGAN

@Suite("The examples on a device that is not the CPU") struct SimulatedExamplesTests {
    private static func trainer(_ device: Device, batches: Int) throws -> Trainer {
        try Trainer(
            .iterations(batches), validation: .every(batches), device: device,
            display: .nothing)
    }

    @Test("the digits are learned with the CPU's losses")
    func digits() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                try withTemporaryFolder { folder in
                    let accuracies = try [Device.cpu, Simulation.device].map { device in
                        let model = DigitsModel(
                            optimizer: ["type": "AdamW", "lr": 0.01], trainedNetwork: folder.appending(path: "none.pth")
                        )
                        try SimulatedExamplesTests.trainer(device, batches: 10).fit(
                            model, DigitsData(loader: LoaderSettings(batchSize: 32, shuffle: true, workers: 1)))
                        return [model.lastLosses["loss"], model.validationScores["accuracy"]]
                    }
                    #expect(accuracies[0] == accuracies[1] && accuracies[0][0] != nil)
                }
            }
        }
    }

    @Test("the generator of the ring draws its noise on the device")
    func ring() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let model = RingGAN(saveName: "ring")
                try SimulatedExamplesTests.trainer(Simulation.device, batches: 3).fit(model, RingData())
                #expect(model.lastLosses.values.allSatisfy(\.isFinite) && model.lastLosses.count == 2)
                #expect(try model.sample(2).device.kind == .registered)
            }
        }
    }

    @Test("the language model trains, and validates")
    func language() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let model = LanguageModel(saveName: "sums")
                try SimulatedExamplesTests.trainer(Simulation.device, batches: 3).fit(model, SumData())
                #expect(model.lastLosses["loss"]?.isFinite == true && model.validationScores["loss"] != nil)
            }
        }
    }
}
