import ArgumentParser
import DirectFunctions
import Foundation
import Helios
import Workloads

/// Prints a table of what single functions take, here, in libtorch and in PyTorch.
@main
struct FunctionsBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "functions", abstract: "Prints a table of what single functions take, in nanoseconds a call.",
        discussion: """
            Beside them the same as calls of libtorch in C++, in turn and in this process, so with the same memory for \
            tensors; and in PyTorch, where python3 has it and this runs in the repository's root. One thread.
            """)

    func run() throws {
        try LibTorch.setThreadCount(1)
        try manualSeed(0)
        report("PyTorch")
        let peer = try? peerTimes()
        print("Nanoseconds a call: the median of \(Harness.sampleCount) samples, and the 10th and 90th percentile.\n")
        print(row(["function", "Helios", "libtorch", "ratio"] + (peer == nil ? [] : ["PyTorch", "ratio"])))
        print("|---|" + String(repeating: "---:|", count: peer == nil ? 3 : 5))
        for function in Function.allCases {
            report(function.rawValue)
            let times = try measure(function)
            var cells = [function.title, text(times.ours)] + compared(times.direct, to: times.ours)
            if let peer { cells += compared(peer[function.rawValue], to: times.ours) }
            print(row(cells))
        }
        print("\nA ratio is the time in the column before it over Helios's.")
        if peer == nil {
            print("Without PyTorch: `python3` has no torch (PYTHONPATH), or this is not the repository's root.")
        }
    }
}

/// What keeps a function from being measured.
private struct FunctionsError: Error, CustomStringConvertible {
    let description: String
}

/// The times here and in libtorch, which has not all of them itself.
private func measure(_ function: Function) throws -> (ours: CallTime, direct: CallTime?) {
    let body = try function.body()
    let name = function.rawValue
    var bodies: [(Int) throws -> Void] = [{ calls in for _ in 0..<calls { try body() } }]
    if direct_has(name) {
        bodies.append { calls in
            guard direct_call(name, Int64(calls)) else {
                throw FunctionsError(description: "\(name) failed in libtorch")
            }
        }
    }
    let times = try Harness.measure(bodies)
    return (times[0], times.dropFirst().first)
}

/// The times in PyTorch, by the functions' names.
private func peerTimes() throws -> [String: CallTime] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-B", "Benchmarks/Peers/functions.py"]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw FunctionsError(description: "python3 failed") }
    return try JSONDecoder().decode([String: CallTime].self, from: text)
}

private func text(_ time: CallTime) -> String {
    func number(_ nanoseconds: Double) -> String { grouped(Int(nanoseconds.rounded())) }
    return "\(number(time.median)) (\(number(time.p10)) to \(number(time.p90)))"
}

private func compared(_ other: CallTime?, to ours: CallTime) -> [String] {
    guard let other else { return ["—", "—"] }
    return [text(other), String(format: "%.2f", other.median / ours.median)]
}
