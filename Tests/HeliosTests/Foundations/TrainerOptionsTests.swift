import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite struct TrainerOptionsTests {
    @Test("without arguments there is nothing to train, and everything else has its default")
    func defaults() throws {
        let options = TrainerOptions()
        #expect(options.length == nil && options.validation == nil && options.checkpoints == nil)
        #expect(options.accumulation == .batches(1) && options.accumulation.remainder == .step)
        #expect(options.data == .all && options.logs == .none)
        #expect(options.seed == 6691 && options.deterministic == false)
        #expect(options.device == (CUDA.isAvailable ? .cuda : .cpu) && options.threads == .unchanged)
        #expect(options.stopsOnSignals && options.display == [.progress, .banner] && options.diagnostics.isEmpty)
        #expect(try Trainer().options == options)
    }

    @Test("each argument of a trainer is its group of the options")
    func arguments() throws {
        let folder = URL(filePath: "runs")
        let options = try Trainer(
            .iterations(7, timeLimit: .seconds(3)), validation: .every(2, stopAfter: 3, sanityCheck: 4, limit: 5),
            checkpoints: .in(
                folder, every: 6, keeping: .last(7, every: 8), writing: .async, onResume: .override, onError: .save),
            accumulation: .batches(9, remainder: .drop), data: .first(train: 10, test: 11),
            logs: .in(folder, name: "name", every: 12), seed: 13, deterministic: true, device: .meta, threads: 14,
            stopsOnSignals: false, display: .progress, diagnostics: [.profile, .nanGuard]
        ).options

        #expect(options.length?.unit == .iteration && options.length?.count == 7)
        #expect(options.length?.timeLimit == .seconds(3))
        #expect(options.validation?.interval == .units(2) && options.validation?.stopAfter == 3)
        #expect(options.validation?.sanityCheck == 4 && options.validation?.limit == 5)
        #expect(options.checkpoints?.folder == folder && options.checkpoints?.every == 6)
        #expect(options.checkpoints?.keeping == .last(7, every: 8) && options.checkpoints?.writing == .async)
        #expect(options.checkpoints?.onResume == .override && options.checkpoints?.onError == .save)
        #expect(options.accumulation.batches == 9 && options.accumulation.remainder == .drop)
        #expect(options.data.training == .first(10) && options.data.test == 11)
        #expect(options.logs.file?.folder == folder && options.logs.file?.name == "name" && options.logs.every == 12)
        #expect(
            options.seed == 13 && options.deterministic == true && options.device == .meta
                && options.threads == .count(14))
        #expect(!options.stopsOnSignals && options.display == .progress)
        #expect(options.diagnostics == [.profile, .nanGuard])
        #expect(try Trainer(options).options == options)
    }

    @Test("each group has a short spelling for what is asked of it most")
    func spellings() {
        #expect(TrainerOptions.Length.epochs(3) == .init(unit: .epoch, count: 3))
        #expect(TrainerOptions.Length.unlimited() == .init(unit: .epoch, count: nil))
        #expect(
            TrainerOptions.Length.unlimited(.iteration, timeLimit: .seconds(1))
                == .init(unit: .iteration, count: nil, timeLimit: .seconds(1)))
        #expect(TrainerOptions.DataLimits.first(test: 2) == .init(training: .all, test: 2))
        #expect(TrainerOptions.DataLimits.overfit(batches: 2).training == .overfit(2))
        #expect(TrainerOptions.Logs.every(5) == .init(file: nil, every: 5))
        let (validation, checkpoints): (TrainerOptions.Validation?, TrainerOptions.Checkpoints?) = (.never, .none)
        #expect(validation == nil && checkpoints == nil)
    }

    static let wrong: [(String, @Sendable () throws -> Trainer)] = [
        (".epochs(-1)", { try Trainer(.epochs(-1)) }),
        (".iterations(0)", { try Trainer(.iterations(0)) }),
        ("atLeast: .epochs(0)", { try Trainer(.epochs(2, atLeast: .epochs(0))) }),
        ("atLeast: .epochs(3) is more than", { try Trainer(.epochs(2, atLeast: .epochs(3))) }),
        ("atLeast: .iterations(3) is more than", { try Trainer(.iterations(2, atLeast: .iterations(3))) }),
        ("counts iterations", { try Trainer(.unlimited(.iteration, atLeast: .epochs(3))) }),
        (".every(.iterations(0))", { try Trainer(validation: .every(.iterations(0))) }),
        (".every(.fraction(0.0))", { try Trainer(validation: .every(.fraction(0))) }),
        (".every(.fraction(1.5))", { try Trainer(validation: .every(.fraction(1.5))) }),
        (".every(.fraction(nan))", { try Trainer(validation: .every(.fraction(.nan))) }),
        ("training counts iterations", { try Trainer(.iterations(9), validation: .every(.fraction(0.5))) }),
        (".every(.time(0.0 seconds))", { try Trainer(validation: .every(.time(.zero))) }),
        ("timeLimit", { try Trainer(.epochs(1, timeLimit: .zero)) }),
        ("validation: .every(0)", { try Trainer(validation: .every(0)) }),
        ("stopAfter: 0", { try Trainer(validation: .every(1, stopAfter: 0)) }),
        ("sanityCheck: -1", { try Trainer(validation: .every(1, sanityCheck: -1)) }),
        ("limit: -2", { try Trainer(validation: .every(1, limit: -2)) }),
        ("checkpoints: .in(…, every: 0)", { try Trainer(checkpoints: .in(URL(filePath: "runs"), every: 0)) }),
        ("keeping: .last(0)", { try Trainer(checkpoints: .in(URL(filePath: "runs"), keeping: .last(0))) }),
        ("every: 0", { try Trainer(checkpoints: .in(URL(filePath: "runs"), keeping: .last(1, every: 0))) }),
        ("checkpoints: .in(…) needs a folder", { try Trainer(checkpoints: .in(URL(filePath: "/dev/null"))) }),
        ("accumulation: .batches(0)", { try Trainer(accumulation: .batches(0)) }),
        ("data: .first(train: 0)", { try Trainer(data: .first(train: 0)) }),
        ("data: .first(…, test: -1)", { try Trainer(data: .first(test: -1)) }),
        ("data: .overfit(batches: 0)", { try Trainer(data: .overfit(batches: 0)) }),
        ("logs: .every(-2)", { try Trainer(logs: .every(-2)) }),
        ("logs: .in(…, every: 0)", { try Trainer(logs: .in(URL(filePath: "runs"), every: 0)) }),
        ("data: .overfit(…, test: 0)", { try Trainer(data: .overfit(batches: 1, test: 0)) }),
        ("logs: .in(…) needs a folder", { try Trainer(logs: .in(URL(filePath: "/dev/null"))) }),
        ("of this machine", { try Trainer(logs: .in(#require(URL(string: "https://example.org/logs")))) }),
        ("threads must be from 1 to 1024", { try Trainer(threads: 0) }),
    ]

    @Test("a number that makes no sense is an error that names the option as it is written", arguments: wrong)
    func errors(_ name: String, _ make: @Sendable () throws -> Trainer) {
        let error = #expect(throws: ConfigurationError.self) { _ = try make() }
        #expect(error?.description.contains(name) == true, "\(error?.description ?? "")")
    }

    @Test("what a plug-in changes is for one run, and fixed in it", .standardGenerator)
    func changedForOneRun() throws {
        final class Changing: Plugin {
            var length = TrainerOptions.Length.epochs(2)
            var seen: [TrainerOptions.Length?] = []
            init() { super.init(id: "changing") }
            override func configure(_ options: inout TrainerOptions) {
                seen.append(options.length)
                options.length = length
            }
            override func onTrainingStart() { seen.append(trainer?.options.length) }
        }
        let (trainer, plugin) = (try Trainer.quiet(nil), Changing())
        try trainer.register(plugin)
        #expect(try trainer.fit(SmallModel(), SmallData()).state.globalEpoch == 2)
        plugin.length = .iterations(3)
        #expect(try trainer.fit(SmallModel(), SmallData()).state.globalIteration == 3)
        #expect(plugin.seen == [nil, .epochs(2), nil, .iterations(3)])
        #expect(trainer.options.length == nil)
    }

    @Test("every option that a plug-in changes takes effect", .standardGenerator)
    func everyOption() throws {
        final class Changing: Plugin {
            let folder: URL
            init(_ folder: URL) {
                self.folder = folder
                super.init(id: "changing")
            }
            override func configure(_ options: inout TrainerOptions) {
                options.length = .iterations(9)
                options.validation = .every(2, limit: 1)
                options.checkpoints = .in(folder, every: 4)
                options.accumulation = .batches(2)
                options.data = .first(train: 4)
                options.logs = .in(folder, name: "changed", every: 2)
                options.seed = 11
                options.deterministic = true
                options.device = .cpu
                options.threads = 3
                options.stopsOnSignals = true
                options.display = .all
                options.diagnostics = .profile
            }
        }
        final class Watching: SmallModel {
            var logged: [Int] = []
            var seed: UInt64?
            override func setup(fastInit: Bool) throws {
                #expect(LibTorch.threadCount == 3 && LibTorch.isDeterministic)
                try super.setup(fastInit: fastInit)
                #expect(try trainStepsPerEpoch() == 4)
                seed = dataModule?.seed
            }
            override func onTrainingBatchEnd(state: TrainingState, shouldLog: Bool) throws {
                try super.onTrainingBatchEnd(state: state, shouldLog: shouldLog)
                if shouldLog { logged.append(state.currentIteration) }
                if losses.count == 12 { raiseUnblocked(SIGINT) }
            }
        }
        try withTemporaryFolder { folder in
            let model = Watching()
            let trainer = try Trainer(.epochs(1), device: .meta, stopsOnSignals: false, display: .nothing)
            try trainer.register(Changing(folder))
            var result: FitResult?
            let text = try trainer.printedText { result = try trainer.fit(model, SmallData()) }
            #expect(result?.outcome == .interrupted(.signal(SIGINT)) && result?.state.currentIteration == 6)
            #expect(model.logged == [2, 4, 6] && model.seed == 11 && model.device == .cpu)
            #expect(result?.state.validationCycles == 2)
            #expect(text.contains("seed      11") && text.contains("iteration 2/9: ") && text.contains("trainStep"))
            #expect(
                folder.filesBelow == [
                    "changed.log", "small/small_epoch_2_iter_4.pth", "small/small_epoch_3_iter_6.pth",
                ])
        }
    }

    @Test("an error of the run leaves the trainer's own options too", .standardGenerator)
    func changedForAFailingRun() throws {
        final class Changing: Plugin {
            init() { super.init(id: "changing") }
            override func configure(_ options: inout TrainerOptions) { options.length = .epochs(2) }
            override func onTrainingStart() throws { throw DataError("none") }
        }
        let trainer = try Trainer.quiet(nil)
        try trainer.register(Changing())
        #expect(throws: DataError.self) { try trainer.fit(SmallModel(), SmallData()) }
        #expect(trainer.options.length == nil)
    }
}
