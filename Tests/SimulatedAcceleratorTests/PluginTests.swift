import Foundation
import Helios
import TestSupport
import Testing

@Suite("Plug-ins and mixed precision on a device that is not the CPU") struct PluginTests {
    @Test("averaged weights, best checkpoints and the others do what they do on the CPU, also after a resume")
    func plugins() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                try withTemporaryFolder { folder in
                    var averages: [[String: String]] = []
                    var files: [[String]] = []
                    for device in [Device.cpu, try Simulation.device] {
                        var ema: EMA!
                        // The average is of a model that is still there.
                        var model: DeviceModel?
                        for count in [1, 3] {
                            var training = SimulatedTraining(folder: folder.appending(path: "\(device)"))
                            training.count = count
                            training.plugins = {
                                ema = try EMA(decay: 0.8)
                                return [
                                    ema, try BestCheckpoints(metric: "loss", mode: .min, keep: 2),
                                    try EarlyStopping(metric: "loss", mode: .min, patience: 9),
                                    try LearningRateMonitor(),
                                ]
                            }
                            model = try training.run(DeviceModel(), on: device)
                        }
                        averages.append(flattened(try ema.trainedStateDict()))
                        #expect(model != nil)
                        files.append(
                            folder.appending(path: "\(device)").filesBelow.filter { $0.hasSuffix(".pth") }.sorted())
                    }
                    #expect(averages[0] == averages[1] && !averages[0].isEmpty)
                    #expect(files[0] == files[1] && files[0].count > 2)
                }
            }
        }
    }

    @Test("a NaN guard names the layer that it finds on the device")
    func nanGuard() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let trainer = try Trainer(
                    .epochs(1), device: Simulation.device, display: .nothing, diagnostics: .nanGuard)
                let error = #expect(throws: (any Error).self) { try trainer.fit(Broken(), DeviceData()) }
                #expect("\(error, default: "")".contains("Conv2d"))
            }
        }
    }

    @Test("mixed precision trains in float16 and bfloat16, and resumes to the bit")
    func mixedPrecision() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                for precision in [DType.float16, .bfloat16] {
                    try withTemporaryFolder { folder in
                        var training = SimulatedTraining(folder: folder.appending(path: "whole"))
                        let whole = try training.run(DeviceModel(clip: .norm(1), precision: precision), on: device)
                        #expect(whole.losses.allSatisfy(\.isFinite) && whole.losses.count == 12)
                        training.folder = folder.appending(path: "parts")
                        training.count = 1
                        try training.run(DeviceModel(clip: .norm(1), precision: precision), on: device)
                        training.count = 2
                        let resumed = try training.run(DeviceModel(clip: .norm(1), precision: precision), on: device)
                        try TrainerTests.expectSameState(resumed, whole)
                        // The losses are near those of full precision.
                        let full = try SimulatedTraining().run(DeviceModel(clip: .norm(1)), on: device)
                        #expect(zip(whole.losses, full.losses).allSatisfy { abs($0 - $1) < 0.2 })
                    }
                }
            }
        }
    }

    @Test("the scaler leaves out a step with an overflow, and lowers its scale")
    func overflow() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let device = try Simulation.device
                for optimizer in [{ try SGD($0, learningRate: 0.1) }, { try Adam($0) as Optimizer }]
                    as [([Tensor]) throws -> Optimizer]
                {
                    let x = try Tensor.ones([2], device: device).requiresGrad_()
                    let scaler = try GradScaler(device: device)
                    let optimizer = try optimizer([x])
                    for factor in [1.0, .infinity, 1] {
                        try optimizer.zeroGrad()
                        let before = try x.detach().clone()
                        try scaler.scale((x * factor).sum()).backward()
                        try scaler.step(optimizer)
                        try scaler.update()
                        #expect(try x.detach().equal(before) == !factor.isFinite)
                    }
                    #expect(try scaler.currentScale() == 32768)
                }
            }
        }
    }
}

/// Begins with a weight that is no number.
private final class Broken: DeviceModel {
    override func onTrainingStart() throws {
        try noGrad { _ = try network.parameters()[0].fill_(Double.nan) }
    }
}
