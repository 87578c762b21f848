import Foundation
import Helios
import Workloads

/// What the order of one epoch costs, in a process of its own, whose peak of memory then comes from the order.
struct OrderCost: Codable {
    /// For the whole order.
    let seconds: Double
    /// How much the process' peak of memory grew, in bytes.
    let memory: Int
    /// For the numbers of the first 1000 batches of 32; the peer does not measure that.
    let readSeconds: Double?

    /// Makes the order here.
    init(samples: Int) throws {
        // What libtorch sets up once is none of the order's.
        _ = try RandomSampler(count: 100).order(epoch: 0)
        let sampler = RandomSampler(count: samples)
        let peak = peakMemory
        var made: SampleOrder?
        seconds = try elapsed { made = try sampler.order(epoch: 0) }
        memory = peakMemory - peak
        guard let order = made else { throw GrowthError(description: "there is no order") }
        readSeconds = try elapsed {
            for batch in 0..<1000 { _ = try order.numbers(at: batch * 32..<batch * 32 + 32) }
        }
    }

    /// What a program prints that makes the order.
    init(program: URL, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw GrowthError(description: "\(program.lastPathComponent) \(arguments) failed")
        }
        self = try JSONDecoder().decode(OrderCost.self, from: text)
    }

    func json() throws -> String {
        String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
    }

    var mebibytes: Double { Double(memory) / 1_048_576 }
}

/// The order of an epoch that is shuffled, and beside it what PyTorch's sampler makes if Python has PyTorch.
func printSampleTable() throws {
    guard let program = Bundle.main.executableURL else { throw GrowthError(description: "the program has no path") }
    let hasPeer = (try? peer(samples: 100)) != nil
    print("The order of an epoch, shuffled; the growth of the process' peak of memory.\n")
    let columns = ["samples", "seconds", "ns a sample", "MiB", "bytes a sample", "µs to read a batch of 32"]
    let peerColumns = hasPeer ? ["PyTorch: seconds", "PyTorch: MiB", "PyTorch: bytes a sample"] : []
    print(heading(columns + peerColumns))
    for samples in [1_000_000, 10_000_000, 100_000_000] {
        report("\(samples) samples")
        let ours = try medianOfThree(by: \.seconds) { try OrderCost(program: program, ["--order", "\(samples)"]) }
        var cells = [
            grouped(samples), String(format: "%.3f", ours.seconds), rounded(ours.seconds / Double(samples) * 1e9),
            rounded(ours.mebibytes), rounded(Double(ours.memory) / Double(samples)),
            rounded((ours.readSeconds ?? .nan) / 1000 * 1e6),
        ]
        if hasPeer {
            report("\(samples) samples with PyTorch")
            let theirs = try medianOfThree(by: \.seconds) { try peer(samples: samples) }
            cells += [
                String(format: "%.3f", theirs.seconds), rounded(theirs.mebibytes),
                rounded(Double(theirs.memory) / Double(samples)),
            ]
        }
        print(row(cells))
    }
    if !hasPeer { print("\nWithout PyTorch's sampler: `python3` has no torch (PYTHONPATH), or this is not the root.") }
    print()
}

private func peer(samples: Int) throws -> OrderCost {
    try OrderCost(
        program: URL(filePath: "/usr/bin/env"), ["python3", "-B", "Benchmarks/Peers/order.py", "\(samples)"])
}
