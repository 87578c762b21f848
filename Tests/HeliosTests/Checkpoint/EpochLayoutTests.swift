import Foundation
import TestSupport
import Testing

@testable import Helios

/// In the middle of an epoch a run resumes only with the order that the epoch began with.
@Suite(.standardGenerator) struct EpochLayoutTests {
    /// An order of the program's own.
    struct Stride: Sampler {
        let count: Int
        let step: Int
        func order(epoch: Int) -> SampleOrder { SampleOrder((0..<count).map { $0 * step % count }) }
    }

    struct Setting: Sendable, CustomTestStringConvertible {
        let name: String
        var message: String
        var change: @Sendable (SmallData, inout TrainerOptions) -> Void
        var start: @Sendable (SmallData, inout TrainerOptions) -> Void = { _, _ in }
        var testDescription: String { name }
    }

    static let settings = [
        Setting(name: "batch size", message: "batchSize (4 in the checkpoint, 5 now)") { data, _ in
            data.options.batchSize = 5
        },
        Setting(name: "samples", message: "the number of samples (22 in the checkpoint, 21 now)") { data, _ in
            data.count = 21
        },
        Setting(name: "shuffle", message: "shuffle (true in the checkpoint, false now)") { data, _ in
            data.options.shuffle = false
        },
        Setting(name: "drop last", message: "dropLast (false in the checkpoint, true now)") { data, _ in
            data.options.dropLast = true
        },
        Setting(name: "loader seed", message: "the seed of the loader (6691 in the checkpoint, 7 now)") { data, _ in
            data.options.seed = 7
        },
        Setting(
            name: "trainer seed", message: "the seed of the loader (6691 in the checkpoint, 8 now)",
            change: { _, options in options.seed = 8 }),
        Setting(
            name: "sampler", message: "the sampler (RandomSampler in the checkpoint, Stride now)",
            change: { data, _ in
                data.options.shuffle = false
                data.options.sampler = Stride(count: 22, step: 3)
            }),
        Setting(
            name: "state of a sampler", message: "the order that Stride gives for this epoch",
            change: { data, _ in data.options.sampler = Stride(count: 22, step: 5) },
            start: { data, _ in
                data.options.shuffle = false
                data.options.sampler = Stride(count: 22, step: 3)
            }),
        Setting(name: "batch limit", message: "the number of batches (data: .first(train:), .overfit(batches:)) (6 in")
        {
            _, options in
            options.data.training = .first(5)
        },
        Setting(name: "overfitting", message: "shuffle (true in the checkpoint, false now)") { _, options in
            options.data.training = .overfit(3)
        },
    ]

    private func train(
        _ total: Int, in folder: URL, _ setting: Setting, isChanged: Bool, _ model: SmallModel = SmallModel()
    ) throws {
        let data = SmallData()
        try trainer(.iterations(total), in: folder, setting, isChanged: isChanged, data).fit(model, data)
    }

    private func trainer(
        _ length: TrainerOptions.Length, in folder: URL, _ setting: Setting, isChanged: Bool, _ data: SmallData
    ) throws -> Trainer {
        var options = TrainerOptions()
        options.length = length
        options.checkpoints = .in(folder)
        options.device = .cpu
        options.display = .nothing
        setting.start(data, &options)
        if isChanged { setting.change(data, &options) }
        return try Trainer(options)
    }

    @Test("another order in the middle of an epoch is an error that names both values", arguments: settings)
    func inside(setting: Setting) throws {
        try withTemporaryFolder { folder in
            try train(8, in: folder, setting, isChanged: false)
            let model = SmallModel()
            let error = #expect(throws: CheckpointError.self) {
                try train(10, in: folder, setting, isChanged: true, model)
            }
            let text = error?.description ?? ""
            #expect(text.contains(setting.message), "\(text)")
            #expect(
                text.contains("Finish the epoch with the old values, or resume from a checkpoint between two epochs"))
            #expect(model.losses.isEmpty)
            // As it was, it resumes.
            try train(10, in: folder, setting, isChanged: false, model)
            #expect(model.losses.count == 2)
        }
    }

    @Test("between two epochs it trains on", arguments: settings)
    func between(setting: Setting) throws {
        try withTemporaryFolder { folder in
            func train(_ epochs: Int, isChanged: Bool) throws {
                let data = SmallData()
                try trainer(.epochs(epochs), in: folder, setting, isChanged: isChanged, data)
                    .fit(SmallModel(), data)
            }
            try train(1, isChanged: false)
            try train(2, isChanged: true)
        }
    }

    @Test("a checkpoint that does not say it all is compared by what it says")
    func older() throws {
        try withTemporaryFolder { folder in
            let setting = EpochLayoutTests.settings[4]
            try train(8, in: folder, setting, isChanged: false)
            let file = folder.appending(path: "small/small_epoch_2_iter_8.pth")
            var state = try TorchFile.loadDictionary(file)
            state["epoch_shape"] = .dictionary(["samples": 22, "batch_size": 4])
            try TorchFile.save(state, to: file)
            try train(10, in: folder, setting, isChanged: true)
        }
    }

    @Test("the number of workers may change")
    func workers() throws {
        try withTemporaryFolder { folder in
            let setting = Setting(name: "workers", message: "") { data, _ in data.options.workers = 2 }
            try train(8, in: folder, setting, isChanged: false)
            try train(10, in: folder, setting, isChanged: true)
        }
    }
}
