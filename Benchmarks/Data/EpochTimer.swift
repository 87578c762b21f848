import Foundation
import Helios

/// Makes a function that gives the batches of an epoch one after the other.
typealias EpochMaker<Batch> = (_ epoch: Int) throws -> () throws -> Batch?

extension DataLoader {
    var epochs: EpochMaker<Batch> {
        { epoch in
            let batches = try self.batches(epoch: epoch)
            return { try batches.next() }
        }
    }
}

extension Measurement {
    /// Loads all epochs, and takes the times and the memory.
    ///
    /// - Parameters:
    ///   - makeLoader: makes the loader, a function that gives the batches of an epoch. Its time is part of the first
    ///     batch's.
    ///   - check: throws if a batch is not what was asked for. It gets the first one.
    mutating func take<Batch>(
        _ options: LoadingOptions, makeLoader: () throws -> EpochMaker<Batch>, check: (Batch) throws -> Void
    ) throws {
        importSeconds = secondsSinceStart()
        var watch: MemoryWatch?
        let clock = ContinuousClock()
        let begin = clock.now
        let loader = try makeLoader()
        for epoch in 0..<options.epochs - 1 {
            let next = try loader(epoch)
            while let batch = try next() {
                guard firstBatchSeconds == nil else { continue }
                firstBatchSeconds = seconds(begin.duration(to: clock.now))
                // A look at the memory would hold up the first batch.
                watch = MemoryWatch()
                try check(batch)
            }
        }
        if let watch { (pssMib, rssMib) = watch.stop() }
        let start = clock.now
        let next = try loader(options.epochs - 1)
        var count = 0
        while try next() != nil { count += 1 }
        let rate = Double(count) / seconds(start.duration(to: clock.now))
        if images > 0 {
            imagesPerSecond = rate * Double(batch)
        } else {
            batchesPerSecond = rate
        }
    }
}

private func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }

/// How long the process has run; `nil` if the system does not say.
private func secondsSinceStart() -> Double? {
    #if os(Linux)
        // The field after the name in parentheses is the third; the start is the twenty-second, in ticks since the
        // system's start.
        guard let text = try? String(contentsOfFile: "/proc/self/stat", encoding: .utf8),
            let end = text.lastIndex(of: ")")
        else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 19, let ticks = Double(fields[19]) else { return nil }
        var now = timespec()
        clock_gettime(CLOCK_BOOTTIME, &now)
        let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        return Double(now.tv_sec) + Double(now.tv_nsec) / 1e9 - ticks / ticksPerSecond
    #else
        return nil
    #endif
}

/// Looks at the process's memory five times a second, and remembers the most.
private final class MemoryWatch: @unchecked Sendable {
    private let ended = DispatchSemaphore(value: 0)
    private let done = DispatchSemaphore(value: 0)
    // Written by the thread alone until `done`.
    private var greatest = (pss: 0.0, rss: 0.0)

    init() {
        Thread.detachNewThread { [self] in
            repeat {
                let (pss, rss) = Self.mebibytes()
                greatest = (max(greatest.pss, pss), max(greatest.rss, rss))
            } while ended.wait(timeout: .now() + 0.2) == .timedOut
            done.signal()
        }
    }

    /// Ends the watch. The memory with pages that processes share divided among them, and as a whole; `nil` where the
    /// system does not say.
    func stop() -> (pss: Double?, rss: Double?) {
        ended.signal()
        done.wait()
        return greatest.rss > 0 ? (greatest.pss.rounded(), greatest.rss.rounded()) : (nil, nil)
    }

    private static func mebibytes() -> (pss: Double, rss: Double) {
        guard let text = try? String(contentsOfFile: "/proc/self/smaps_rollup", encoding: .utf8) else { return (0, 0) }
        func size(_ name: String) -> Double {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name) }
            return line.flatMap { $0.split(separator: " ").dropFirst().first }.flatMap { Double($0) } ?? 0
        }
        return (size("Pss:") / 1024, size("Rss:") / 1024)
    }
}
