import Helios
import SimulatedAccelerator
import Testing

/// The simulated accelerator in a process of its own.
///
/// libtorch knows a registered device for the rest of the process, and starts a thread for it with the first backward
/// pass. So that no other test runs in such a process, each test here is an exit test: its body runs in another process,
/// in `Simulation.run`.
enum Simulation {
    static var device: Device { get throws { try Device("sim") } }

    /// Registers two devices, sim:0 and sim:1, and runs `body`, the rest of the process.
    static func run(sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void) {
        do {
            if let error = sim_register(2) { throw SimulationError(description: String(cString: error)) }
            // More threads would cost more than they do, and could add up in another order.
            try LibTorch.setThreadCount(1)
            try body()
        } catch {
            // What an exit test throws ends its process without a word.
            Issue.record("\(error)", sourceLocation: sourceLocation)
        }
    }

    /// Seeds the CPU's generator with another number than the device's, so that a draw from the wrong one shows.
    ///
    /// The device's generator draws the numbers that the CPU's draws from the same seed.
    private static func seedApart(_ seed: UInt64) throws {
        try manualSeed(seed)
        try Generator.standard().seed(seed + 1)
    }

    /// Computes something on the CPU and on the device, and expects the same tensors from both.
    ///
    /// - Parameters:
    ///   - tolerance: how far they may be apart, relative to the greatest element; `nil` compares bits.
    ///   - make: makes what is needed on the device that it gets; it may draw on the CPU.
    ///   - body: returns tensors of the device, each with what it is; it may draw on the device only.
    static func expectSame<Subject>(
        _ what: String, tolerance: Double? = nil, sourceLocation: SourceLocation = #_sourceLocation,
        make: (Device) throws -> Subject, body: (Subject, Device) throws -> [(name: String, tensor: Tensor)]
    ) {
        do {
            try manualSeed(3)
            let subject = try make(.cpu)
            try manualSeed(9)
            let expected = try body(subject, .cpu)
            let device = try device
            try manualSeed(3)
            let other = try make(device)
            try seedApart(9)
            let state = try Generator.standard().state()
            let actual = try body(other, device)
            let drewOnCPU = try !Generator.standard().state().equal(state)
            #expect(!drewOnCPU, "\(what) draws random numbers on the CPU", sourceLocation: sourceLocation)
            #expect(actual.map(\.name) == expected.map(\.name), "\(what)", sourceLocation: sourceLocation)
            var differences: [String] = []
            for (actual, expected) in zip(actual, expected) {
                #expect(
                    actual.tensor.device.kind == device.kind, "\(what): \(actual.name)", sourceLocation: sourceLocation)
                let distance = try distance(actual.tensor.detach().to(.cpu), expected.tensor.detach())
                let isSame = tolerance.map { distance <= $0 } ?? (distance == 0)
                if !isSame { differences.append("\(actual.name) (by \(distance))") }
            }
            #expect(differences.isEmpty, "\(what): \(differences)", sourceLocation: sourceLocation)
        } catch {
            Issue.record("\(what): \(error)", sourceLocation: sourceLocation)
        }
    }

    /// How far tensors are apart, relative to the greatest element; 0 if they have the same bits, or both no element.
    private static func distance(_ left: Tensor, _ right: Tensor) throws -> Double {
        guard left.dtype == right.dtype, left.shape == right.shape else { return .infinity }
        func bytes(_ tensor: Tensor) throws -> Tensor { try tensor.contiguous().reshape([-1]).view(dtype: .uint8) }
        if try left.count == 0 || bytes(left).equal(bytes(right)) { return 0 }
        let scale = max(try right.to(.float64).abs().max().item(Double.self), 1e-3)
        // Of zeros with other signs too.
        return max(try (left.to(.float64) - right.to(.float64)).abs().max().item(Double.self) / scale, 1e-12)
    }
}

struct SimulationError: Error, CustomStringConvertible {
    let description: String
}

/// Calls a module that takes two tensors, whatever its type.
func callAny<Called: BinaryCallable>(_ module: Called, _ first: Tensor, _ second: Tensor) throws -> Tensor {
    guard let first = first as? Called.First, let second = second as? Called.Second,
        let output = try module(first, second) as? Tensor
    else { throw SimulationError(description: "\(Called.self) does not take two tensors") }
    return output
}

/// Calls a module that takes three tensors, whatever its type.
func callAny<Called: TernaryCallable>(
    _ module: Called, _ first: Tensor, _ second: Tensor, _ third: Tensor
) throws -> Tensor {
    guard let first = first as? Called.First, let second = second as? Called.Second,
        let third = third as? Called.Third, let output = try module(first, second, third) as? Tensor
    else { throw SimulationError(description: "\(Called.self) does not take three tensors") }
    return output
}
