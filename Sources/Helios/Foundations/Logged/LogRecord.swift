import Foundation

/// One thing that a run logs: what it is called, at which step, and when.
public struct LogRecord: Sendable {
    /// The name under which a logger shows it. A slash makes a group, as in `train/loss`.
    public let name: String
    /// The step that it belongs to, usually the iteration.
    public let step: Int
    /// When it was logged, in seconds since 1970.
    public let time: Double
    /// What it is.
    public let value: LoggedValue

    /// A record of now.
    public init(name: String, step: Int, value: LoggedValue) {
        self.init(name: name, step: step, time: LogRecord.now, value: value)
    }

    /// A record of another time.
    ///
    /// - Parameter time: in seconds since 1970.
    public init(name: String, step: Int, time: Double, value: LoggedValue) {
        self.name = name
        self.step = step
        self.time = time
        self.value = value
    }

    /// The time in seconds since 1970. Not `Date`, since ten of these are made in a step of 200 µs.
    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
