import Foundation
import Helios
import TestSupport
import Testing

@testable import TrainingProgram

/// Replays recordings of Python Helios call by call: those in Traces/Recordings, those in ../shared/fixtures/traces,
/// where that folder is beside the repository, and those in the folder that HELIOS_TRACES names.
@Suite("Traces of Python Helios", .standardGenerator) struct TraceTests {
    @Test("the trainer makes the calls that Python Helios makes, unless a rule says why not", arguments: files)
    func replay(_ file: URL) throws {
        let name = file.lastPathComponent
        let trace = try Trace(file)
        let report = try TraceReplay(trace).report()
        if let difference = report.difference { Issue.record("\(name): \(difference)") }
        let rules = report.rules.sorted().map { "\n  differs from Python Helios: \($0.rawValue)" }.joined()
        print("trace \(name): \(report.difference == nil ? "ok" : "FAILED"), \(trace.callCount) calls\(rules)")
    }

    @Test("a call that is missing, added or changed is found, in the recording and in the replay", arguments: files)
    func differencesAreFound(_ file: URL) throws {
        let replay = try TraceReplay(Trace(file))
        let changes: [(inout [JSONValue]) -> Void] = [
            { $0.remove(at: $0.count / 2) }, { $0.insert("another", at: $0.count / 2) },
            { $0[$0.count / 2] = "another" }, { $0.removeLast() }, { $0.append("more") },
        ]
        for run in replay.trace.runs.indices {
            for change in changes {
                var changed = replay
                change(&changed.trace.runs[run].events)
                #expect(try changed.report().difference != nil)
                changed = replay
                guard !changed.replayed[run].calls.isEmpty else { continue }
                change(&changed.replayed[run].calls)
                #expect(try changed.report().difference != nil)
            }
        }
    }

    @Test("the recordings beside the tests need every rule that a recording can show")
    func rulesAreTested() throws {
        let rules = try TraceTests.ownFiles.reduce(into: Set<TraceRule>()) { rules, file in
            rules.formUnion(try TraceReplay(Trace(file)).report().rules)
        }
        // Since the end is saved, a run that resumes from it has nothing left to do.
        #expect(rules == Set(TraceRule.allCases).subtracting([.newestCheckpoint, .stopIsFinal]))
    }

    @Test(
        "of checkpoints that Python Helios may take either of for the newest, it is the recorded, and ours the greatest"
    )
    func newestCheckpoint() throws {
        func loads(isPython: Bool) throws -> (weight: JSONValue?, rules: Set<TraceRule>) {
            let reference = try Reference(
                Trace.Config(train: [], valid: nil, test: nil, seed: nil, plugin: nil, model: nil), isPython: isPython,
                loaderSeed: 0)
            for (epoch, iteration, weight) in [(1, 1, 10), (1, 9, 20), (2, 3, 30)] {
                var state = TrainingState()
                (state.globalEpoch, state.currentIteration) = (epoch, iteration)
                reference.checkpoints.append(
                    Reference.SavedCheckpoint(
                        name: "", state: state, lostPosition: 0, weight: weight, pluginCount: 0, phase: 0,
                        lastStep: state))
            }
            let result = try reference.run(
                Trace.Run.Arguments(mode: "test", trainer: [:]), loadedWeight: isPython ? 20 : nil)
            let load = result.events.first { $0["call"] == "load_user_state_dict" }
            return (load?["weight"], result.rules)
        }
        #expect(try loads(isPython: true) == (20, [.newestCheckpoint]))
        #expect(try loads(isPython: false).weight == 30)
    }

    static let folder = URL(filePath: #filePath).deletingLastPathComponent()
    static let ownFiles = traces(in: folder.appending(path: "Traces/Recordings"))

    static let files: [URL] = {
        let beside = traces(in: folder.appending(path: "../../../../shared/fixtures/traces").standardized)
        let others = ProcessInfo.processInfo.environment["HELIOS_TRACES"].map { traces(in: URL(filePath: $0)) } ?? []
        return ownFiles + beside + others
    }()

    private static func traces(in folder: URL) -> [URL] {
        let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return (files ?? []).filter { $0.pathExtension == "json" }.sorted {
            $0.lastPathComponent < $1.lastPathComponent
        }
    }
}
