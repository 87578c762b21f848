import Foundation
import TestSupport
import Testing

/// Replays recordings of Python Helios call by call: those in ../shared/fixtures/traces, where that folder is beside the
/// repository, and those in the folder that HELIOS_TRACES names.
@Suite("Traces of Python Helios", .standardGenerator) struct TraceTests {
    @Test("the trainer makes the calls that Python Helios makes", arguments: TraceTests.files)
    func replay(_ file: URL) throws {
        let name = file.lastPathComponent
        let trace = try Trace(file)
        if let reason = trace.reasonToLeaveOut {
            print("trace \(name): left out, \(reason)")
            return
        }
        let differences = try TraceReplay(trace: trace).differences()
        for difference in differences { Issue.record("\(name): \(difference)") }
        print("trace \(name): \(differences.isEmpty ? "ok" : "FAILED"), \(trace.callCount) calls")
    }

    @Test("a call that is missing, added or changed is found", arguments: TraceTests.files)
    func differencesAreFound(_ file: URL) throws {
        let trace = try Trace(file)
        guard trace.reasonToLeaveOut == nil else { return }
        let middle = trace.runs[0].events.count / 2
        let changes: [(inout [JSONValue]) -> Void] = [
            { $0.remove(at: middle) }, { $0.insert($0[middle], at: middle) }, { $0[middle] = "another" },
            { $0.removeLast() }, { $0.append("more") },
        ]
        for change in changes {
            var changed = trace
            change(&changed.runs[0].events)
            #expect(try !TraceReplay(trace: changed).differences().isEmpty)
        }
    }

    static let files: [URL] = {
        let repository = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..").standardized
        let folders =
            [repository.appending(path: "../shared/fixtures/traces").standardized]
            + (ProcessInfo.processInfo.environment["HELIOS_TRACES"].map { [URL(filePath: $0)] } ?? [])
        return folders.flatMap { folder in
            let files = try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            return (files ?? []).filter { $0.pathExtension == "json" }
        }
        .sorted { $0.lastPathComponent < $1.lastPathComponent }
    }()
}
