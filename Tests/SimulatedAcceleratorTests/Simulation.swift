import Helios
import SimulatedAccelerator
import Testing

/// The simulated accelerator in a process of its own.
///
/// libtorch knows a registered device for the rest of the process, and starts a thread for it with the first backward
/// pass. So that no other test runs in such a process, each test here is an exit test: its body runs in another process,
/// and begins with `Simulation.begin()`.
enum Simulation {
    static var device: Device { get throws { try Device("sim") } }

    /// Registers two devices, sim:0 and sim:1.
    static func begin() throws {
        if let error = sim_register(2) { throw SimulationError(description: String(cString: error)) }
        // More threads would cost more than they do, and could add up in another order.
        try LibTorch.setThreadCount(1)
    }

    /// Seeds the generators so that one of the CPU that is used instead of the device's shows in the numbers.
    ///
    /// The device's generator draws the numbers that the CPU's draws from the same seed.
    static func seed(_ seed: UInt64, for device: Device) throws {
        try manualSeed(seed)
        if device.kind != .cpu { try Generator.standard().seed(seed + 1) }
    }

    /// Runs `body` on the CPU and on the device, and expects the same tensors from both.
    ///
    /// - Parameters:
    ///   - tolerance: how far they may be apart, relative to the greatest element; `nil` compares bits.
    ///   - body: returns tensors of the device that it gets, each with what it is.
    static func expectSame(
        _ what: String, tolerance: Double? = nil, sourceLocation: SourceLocation = #_sourceLocation,
        _ body: (Device) throws -> [(name: String, tensor: Tensor)]
    ) {
        do {
            try seed(3, for: .cpu)
            let expected = try body(.cpu)
            let device = try device
            try seed(3, for: device)
            let state = try Generator.standard().state()
            let actual = try body(device)
            let drewOnCPU = try !Generator.standard().state().equal(state)
            #expect(!drewOnCPU, "\(what) draws random numbers on the CPU", sourceLocation: sourceLocation)
            #expect(actual.map(\.name) == expected.map(\.name), "\(what)", sourceLocation: sourceLocation)
            for (actual, expected) in zip(actual, expected) {
                let place = "\(what): \(expected.name)"
                #expect(actual.tensor.device.kind == device.kind, "\(place)", sourceLocation: sourceLocation)
                let values = try actual.tensor.detach().to(.cpu)
                let isSame = try same(values, expected.tensor.detach(), tolerance)
                #expect(isSame, "\(place) is \(values), on the CPU \(expected.tensor)", sourceLocation: sourceLocation)
            }
        } catch {
            Issue.record("\(what): \(error)", sourceLocation: sourceLocation)
        }
    }

    private static func same(_ left: Tensor, _ right: Tensor, _ tolerance: Double?) throws -> Bool {
        guard left.dtype == right.dtype, left.shape == right.shape else { return false }
        guard left.count > 0 else { return true }
        if let tolerance {
            let scale = max(try right.abs().max().item(Double.self), 1e-3)
            return try (left - right).abs().max().item(Double.self) <= tolerance * scale
        }
        func bytes(_ tensor: Tensor) throws -> Tensor { try tensor.contiguous().reshape([-1]).view(dtype: .uint8) }
        return try bytes(left).equal(bytes(right))
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
