import Dispatch

/// Measures how long steps take on average: the mean over a window of steps, which starts over when it is full, as in
/// Python Helios.
///
/// ```swift
/// var timer = AverageTimer()
/// for batch in batches {
///     try process(batch)
///     print(timer.record())
/// }
/// ```
public struct AverageTimer: Sendable {
    private let window: Int
    private var last = DispatchTime.now().uptimeNanoseconds
    private var sum: UInt64 = 0
    private var count = 0
    /// The average in seconds; 0 before the first step.
    public private(set) var average = 0.0

    /// Creates a timer with a window of 200 steps, and starts it.
    public init() {
        window = 200
    }

    /// Creates a timer, and starts it.
    ///
    /// - Parameter window: the number of steps after which the mean starts over.
    /// - Throws: `ConfigurationError` if the window is not positive.
    public init(window: Int) throws {
        guard window > 0 else { throw ConfigurationError("the window of a timer must be positive, not \(window)") }
        self.window = window
    }

    /// Starts the next step now, without counting the time since the last one.
    public mutating func start() {
        last = DispatchTime.now().uptimeNanoseconds
    }

    /// Ends a step and starts the next one.
    ///
    /// - Returns: the average in seconds.
    @discardableResult
    public mutating func record() -> Double {
        let now = DispatchTime.now().uptimeNanoseconds
        if count == window {
            count = 0
            sum = 0
        }
        sum += now - last
        count += 1
        last = now
        average = Double(sum) / Double(count) / 1e9
        return average
    }
}
