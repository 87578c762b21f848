import Testing

extension Trait where Self == StandardGeneratorTrait {
    /// For tests that draw from the standard generator, or seed it: one at a time, since it is one for the whole
    /// process and tests run side by side.
    public static var standardGenerator: StandardGeneratorTrait { StandardGeneratorTrait() }
}

public struct StandardGeneratorTrait: TestTrait, SuiteTrait, TestScoping {
    public var isRecursive: Bool { true }

    public func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        // A suite's scope is around its tests' scopes: only these take the turn, and once if both have the trait.
        guard testCase != nil, !Turn.isHeld else { return try await function() }
        try await withStandardGenerator(function)
    }
}

/// Runs the part of a test that draws from the standard generator, or seeds it: for tests that first wait for something
/// else, and would keep the others waiting.
public func withStandardGenerator<Result>(_ body: () async throws -> Result) async throws -> Result {
    await Turn.shared.take()
    do {
        let result = try await Turn.$isHeld.withValue(true) { try await body() }
        await Turn.shared.pass()
        return result
    } catch {
        await Turn.shared.pass()
        throw error
    }
}

/// Lets one through at a time, in the order in which they came.
private actor Turn {
    static let shared = Turn()
    @TaskLocal static var isHeld = false

    private var isTaken = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    func take() async {
        guard isTaken else {
            isTaken = true
            return
        }
        await withCheckedContinuation { waiting.append($0) }
    }

    func pass() {
        if waiting.isEmpty {
            isTaken = false
        } else {
            waiting.removeFirst().resume()
        }
    }
}
