import Dispatch

/// The average time of recent batches: the mean over a window that starts over every 200 batches.
struct AverageTimer {
    private static let window = 200
    private var last = DispatchTime.now().uptimeNanoseconds
    private var sum: UInt64 = 0
    private var count = 0

    mutating func start() {
        last = DispatchTime.now().uptimeNanoseconds
    }

    /// Ends a batch. Returns the average in seconds.
    mutating func record() -> Double {
        let now = DispatchTime.now().uptimeNanoseconds
        if count == AverageTimer.window {
            count = 0
            sum = 0
        }
        sum += now - last
        count += 1
        last = now
        return Double(sum) / Double(count) / 1e9
    }
}
