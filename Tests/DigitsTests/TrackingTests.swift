import Foundation
import TestSupport
import Testing

/// The program, killed and run again, as MLflow's own client sees it.
@Suite(.serialized, .needsMLflow) struct TrackingTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil

    @Test("killed and run again, MLflow has, step by step, what the table of the run has", .enabled(if: isThorough))
    func kill() async throws {
        try await withTemporaryFolder { folder in
            let arguments = ["--epochs", "6", "--quiet", "--log", "csv,mlflow", "--folder", folder.path]
            let table = folder.appending(path: "logs/digits.csv")
            for milliseconds in [600, 900, 2500] {
                let program = try Program.start(arguments, Python.trackingEnvironment)
                try await Task.sleep(for: .milliseconds(milliseconds))
                program.send(SIGKILL)
                _ = try program.wait()
            }
            let last = try Program.start(arguments, Python.trackingEnvironment)
            while last.isRunning { try await Task.sleep(for: .milliseconds(50)) }
            #expect(try last.wait().status == 0)

            let uri = folder.appending(path: "logs/mlflow").absoluteString
            let data = try await Python.runAlone("open_mlflow.py", [uri, "digits"])
            let runs = try JSONDecoder().decode([Run].self, from: data)
            let found = try #require(runs.first { $0.status == "FINISHED" })
            for name in ["train/loss", "learning_rate", "validation/accuracy", "test/accuracy"] {
                let rows = try String(contentsOf: table, encoding: .utf8).split(separator: "\n")
                    .map { $0.split(separator: ",").map(String.init) }.filter { $0[1] == name }
                #expect(rows.count > 0)
                #expect(found.metrics[name]?.map { [$0[0], $0[1]] } == rows.map { [Double($0[0]), Double($0[2])] })
            }
        }
    }

    private struct Run: Decodable {
        let status: String
        let metrics: [String: [[Double]]]
    }
}
