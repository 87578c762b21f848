import Foundation

// A small harness of the project's own, since ordo-one/benchmark, which does this and more, brings many packages.

/// The nanoseconds of a call: the middle of all samples, and what a tenth of them stays below and above.
struct CallTime: Codable {
    let p10, median, p90: Double

    fileprivate init(_ samples: [Double]) {
        let sorted = samples.sorted()
        func quantile(_ part: Double) -> Double { sorted[Int(part * Double(sorted.count - 1))] }
        (p10, median, p90) = (quantile(0.1), quantile(0.5), quantile(0.9))
    }
}

/// Measures functions that do the same, in turn.
enum Harness {
    static let sampleCount = 200
    /// The least that a sample takes, in nanoseconds: much more than reading the clock.
    static let sampleTime = 100_000.0

    /// The time of a call of each body.
    ///
    /// - Parameter bodies: make as many calls as they are told.
    static func measure(_ bodies: [(_ calls: Int) throws -> Void]) throws -> [CallTime] {
        let counts = try bodies.map(callCount)
        var samples = [[Double]](repeating: [], count: bodies.count)
        for _ in 0..<sampleCount {
            for (number, body) in bodies.enumerated() {
                samples[number].append(try time(body, counts[number]) / Double(counts[number]))
            }
        }
        return samples.map(CallTime.init)
    }

    /// How many calls take as long as a sample; finding out warms up.
    private static func callCount(of body: (Int) throws -> Void) throws -> Int {
        for _ in 0..<3 { try body(1) }
        var count = 1
        // Half as long again, so that a sample that is quicker than this one is long enough too.
        while try time(body, count) < 1.5 * sampleTime { count *= 2 }
        return count
    }

    private static func time(_ body: (Int) throws -> Void, _ calls: Int) throws -> Double {
        try ContinuousClock().measure { try body(calls) } / .nanoseconds(1)
    }
}
