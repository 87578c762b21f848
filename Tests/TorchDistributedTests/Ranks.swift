import Foundation
import Synchronization
import Testing
import Torch
import TorchDistributed

/// Runs `body` once for each rank, each on a thread of its own with its own group over one store in memory.
///
/// - Parameters:
///   - timeout: how long an operation waits for the others.
///   - limit: how long all of it may take before it counts as a hang, which is an error.
/// - Returns: what the ranks returned or failed with, in their order.
func onRanks<Output: Sendable>(
    _ size: Int, timeout: Duration = .seconds(20), verifiesCalls: Bool = true, limit: Double = 60,
    store: (@Sendable () throws -> Store)? = nil, _ body: @escaping @Sendable (ProcessGroup) throws -> Output
) async throws -> [Result<Output, any Error>] {
    let shared = try HashStore(timeout: timeout)
    return try await onThreads(size, limit: limit) { rank in
        let group = try ProcessGroup(
            store: store?() ?? shared, rank: rank, size: size, timeout: timeout, connection: .host("127.0.0.1"),
            verifiesCalls: verifiesCalls)
        return try body(group)
    }
}

/// What the ranks returned; throws the first error.
func results<Output: Sendable>(
    _ size: Int, verifiesCalls: Bool = true, _ body: @escaping @Sendable (ProcessGroup) throws -> Output
) async throws -> [Output] {
    try await onRanks(size, verifiesCalls: verifiesCalls, body).map { try $0.get() }
}

/// The errors of the ranks; records an issue for one that succeeded.
func errors<Output: Sendable>(
    _ size: Int, timeout: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable (ProcessGroup) throws -> Output
) async throws -> [DistributedError] {
    try await onRanks(size, timeout: timeout, body).compactMap { result in
        guard case .failure(let error) = result, let error = error as? DistributedError else {
            Issue.record("\(result) is no DistributedError", sourceLocation: sourceLocation)
            return nil
        }
        return error
    }
}

/// Runs `body` on as many threads, and waits for them without holding a thread of the tests' pool.
func onThreads<Output: Sendable>(
    _ count: Int, limit: Double = 60, _ body: @escaping @Sendable (Int) throws -> Output
) async throws -> [Result<Output, any Error>] {
    let outcomes = Outcomes<Output>(count)
    for index in 0..<count {
        let thread = Thread {
            LibTorch.useOneThreadOnThisThread()
            outcomes.set(index, Result { try body(index) })
        }
        thread.stackSize = 8 << 20
        thread.start()
    }
    let end = ContinuousClock.now + .seconds(limit)
    while !outcomes.areComplete, ContinuousClock.now < end { try await Task.sleep(for: .milliseconds(2)) }
    return outcomes.all.map { $0 ?? .failure(Hang()) }
}

struct Hang: Error {}

/// Lets one rank wait for another by other means than the group.
final class Flag: Sendable {
    private let isRaised = Atomic(false)

    func raise() {
        isRaised.store(true, ordering: .releasing)
    }

    func wait() {
        let end = Date(timeIntervalSinceNow: 30)
        while !isRaised.load(ordering: .acquiring), Date() < end { Thread.sleep(forTimeInterval: 0.002) }
    }
}

private final class Outcomes<Output: Sendable>: Sendable {
    private let results: Mutex<[Result<Output, any Error>?]>

    init(_ count: Int) {
        results = Mutex(Array(repeating: nil, count: count))
    }

    func set(_ index: Int, _ result: Result<Output, any Error>) {
        results.withLock { $0[index] = result }
    }

    var all: [Result<Output, any Error>?] { results.withLock { $0 } }
    var areComplete: Bool { all.allSatisfy { $0 != nil } }
}
