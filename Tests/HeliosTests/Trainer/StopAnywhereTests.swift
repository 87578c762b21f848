import Foundation
import Helios
import TestSupport
import Testing

/// The promise of an exact resume, for configurations drawn at random: stopped after any step, and anywhere in a
/// validation, a run that goes on ends in the bits of one that was never stopped.
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
                try expectSame(parts, whole, "\(configuration), stopped after step \(step)")
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
            try expectSame(parts, whole, "\(configuration), stopped after every step")
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
                try expectSame(parts, whole, "\(configuration), stopped in validation step \(step)")
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
                try expectSameState(rest.end, whole.end, ignoring: RandomTraining.timesAndPaths)
            }
        }
    }

    private func expectSame(_ parts: RandomTraining.Run, _ whole: RandomTraining.Run, _ what: String) throws {
        #expect(parts.losses == whole.losses, "\(what)")
        #expect(parts.samples == whole.samples, "\(what)")
        #expect(parts.logLines == whole.logLines, "\(what): \(firstDifference(parts.logLines, whole.logLines))")
        #expect(parts.records == whole.records, "\(what): \(firstDifference(parts.records, whole.records))")
        #expect(parts.warnings == [], "\(what)")
        #expect(parts.outcome == whole.outcome, "\(what)")
        try expectSameState(parts.end, whole.end, ignoring: RandomTraining.timesAndPaths)
    }

    /// Where two lists of lines part.
    private func firstDifference(_ left: [String], _ right: [String]) -> String {
        let position = zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset
        guard let position = position ?? (left.count == right.count ? nil : min(left.count, right.count)) else {
            return ""
        }
        func line(_ list: [String]) -> String { list.indices.contains(position) ? list[position] : "nothing" }
        return "line \(position + 1) is '\(line(left))', and should be '\(line(right))'"
    }
}
