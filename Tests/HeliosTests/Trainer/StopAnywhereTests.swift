import Foundation
import Helios
import TestSupport
import Testing

@testable import TrainingProgram

/// The promise of an exact resume, for configurations drawn at random: stopped after any step, and anywhere in a
/// validation, a run that resumes ends in the bits of one that was never stopped.
///
/// A few configurations, or with `scripts/test --thorough` many.
@Suite(.standardGenerator) struct StopAnywhereTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil
    static let seeds: Range<UInt64> = 0..<(isThorough ? 120 : 8)

    @Test("stopped after any one step it ends the same", arguments: seeds)
    func anyStep(seed: UInt64) throws {
        let configuration = RandomTraining(seed: seed)
        try withTemporaryFolder { folder in
            let whole = try configuration.train(in: folder.appending(path: "whole"), stops: [])
            #expect(whole.stepCount > 0)
            for step in 1...whole.stepCount {
                let parts = try configuration.train(in: folder.appending(path: "\(step)"), stops: [.step(step)])
                #expect(parts.differences(from: whole) == [], "\(configuration), stopped after step \(step)")
            }
        }
    }

    @Test("with streams that a buffer shuffles it ends the same too", arguments: isThorough ? seeds : 0..<3)
    func streams(seed: UInt64) throws {
        let configuration = RandomTraining(seed: seed, streams: true)
        try withTemporaryFolder { folder in
            let whole = try configuration.train(in: folder.appending(path: "whole"), stops: [])
            #expect(whole.stepCount > 0)
            let stops = (1...whole.stepCount).map { [RandomTraining.Stop.step($0)] }
            for (number, stops) in (stops + [stops.flatMap { $0 }]).enumerated() {
                let parts = try configuration.train(in: folder.appending(path: "\(number)"), stops: stops)
                #expect(parts.differences(from: whole) == [], "\(configuration), stopped at \(stops)")
            }
        }
    }

    @Test("stopped after every single step it ends the same", arguments: seeds)
    func everyStep(seed: UInt64) throws {
        let configuration = RandomTraining(seed: seed)
        try withTemporaryFolder { folder in
            let whole = try configuration.train(in: folder.appending(path: "whole"), stops: [])
            let parts = try configuration.train(
                in: folder.appending(path: "parts"), stops: (1...max(whole.stepCount, 1)).map { .step($0) })
            #expect(parts.runCount >= whole.stepCount)
            #expect(parts.differences(from: whole) == [], "\(configuration), stopped after every step")
        }
    }

    @Test("stopped inside any validation it ends the same", arguments: seeds)
    func anyValidation(seed: UInt64) throws {
        let configuration = RandomTraining(seed: seed)
        try withTemporaryFolder { folder in
            let whole = try configuration.train(in: folder.appending(path: "whole"), stops: [])
            for step in 0..<whole.validationStepCount {
                let parts = try configuration.train(
                    in: folder.appending(path: "\(step)"), stops: [.validationStep(step)])
                #expect(parts.differences(from: whole) == [], "\(configuration), stopped in validation step \(step)")
            }
        }
    }

    private static let intervals: [TrainerOptions.Validation.Interval] = [
        .fraction(0.4), .iterations(2), .time(.nanoseconds(1)),
    ]

    @Test(
        "with validations within the epochs it ends the same", arguments: intervals,
        isThorough ? [0, 4, 8, 12, 16, 20] : [0, 4])
    func validationWithinEpoch(interval: TrainerOptions.Validation.Interval, seed: UInt64) throws {
        let configuration = RandomTraining(seed: seed, interval: interval)
        #expect(configuration.unit == .epoch)
        try withTemporaryFolder { folder in
            let whole = try configuration.train(in: folder.appending(path: "whole"), stops: [])
            // Each cycle has two steps.
            #expect(whole.validationStepCount > 2 * configuration.total)
            let stops =
                (1...whole.stepCount).map { RandomTraining.Stop.step($0) }
                + (0..<whole.validationStepCount).map { .validationStep($0) }
            for (number, stop) in stops.enumerated() {
                let parts = try configuration.train(in: folder.appending(path: "\(number)"), stops: [stop])
                #expect(parts.differences(from: whole) == [], "\(configuration), stopped at \(stop)")
            }
        }
    }

    @Test("gone on from any checkpoint that is left it ends the same", arguments: seeds)
    func anyCheckpoint(seed: UInt64) throws {
        let configuration = RandomTraining(seed: seed)
        // A checkpoint of a model that stopped inside an epoch is gone on from with the batches it has not seen.
        if configuration.unit == .epoch, configuration.modelStopsAfter != nil { return }
        try withTemporaryFolder { folder in
            let root = folder.appending(path: "whole")
            let whole = try configuration.train(in: root, stops: [])
            for name in root.appending(path: "checkpoints/learner").filesBelow {
                let part = folder.appending(path: name)
                let copy = part.appending(path: "checkpoints/learner")
                try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
                try FileManager.default.copyItem(
                    at: root.appending(path: "checkpoints/learner/\(name)"), to: copy.appending(path: name))
                let rest = try configuration.train(in: part, stops: [])
                #expect(rest.losses == whole.losses.suffix(rest.losses.count), "\(configuration) from \(name)")
                #expect(rest.outcome == whole.outcome, "\(configuration) from \(name)")
                #expect(rest.stateDifferences(from: whole) == [], "\(configuration) from \(name)")
            }
        }
    }
}
