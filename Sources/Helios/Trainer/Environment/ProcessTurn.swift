import Foundation
import Synchronization

/// Lets one thread at a time run trainers: the standard random generators, the number of threads and the like are those
/// of the whole process, and two runs side by side would change each other's results.
enum ProcessTurn {
    private struct Holder: Sendable {
        let thread: ObjectIdentifier
        /// The runs that are under way, each begun in a hook of the one before it.
        var runs: [Run]
    }

    private struct Run: Sendable {
        let name: String
        let device: Device
    }

    private static let holder = Mutex<Holder?>(nil)

    /// Does `body`, a run, and keeps other threads from running a trainer meanwhile.
    ///
    /// A run that begins in a hook of another leaves the random generators as that one had them.
    /// - Throws: `ConfigurationError` if another thread is running a trainer; what `body` throws.
    static func take<Result>(_ name: String, device: Device, _ body: () throws -> Result) throws -> Result {
        let outer = try begin(Run(name: name, device: device))
        defer { end() }
        guard let outer else { return try body() }
        // A run seeds the generators of all devices.
        return try RandomState.restoring(device: outer.device, body)
    }

    /// Returns the run in one of whose hooks the new one begins.
    private static func begin(_ run: Run) throws -> Run? {
        let thread = ObjectIdentifier(Thread.current)
        return try holder.withLock { holder in
            guard let current = holder else {
                holder = Holder(thread: thread, runs: [run])
                return nil
            }
            guard current.thread == thread else {
                throw ConfigurationError(
                    "\(run.name) cannot begin: \(current.runs.last?.name ?? "another run") is under way in another "
                        + "thread, and two at a time would draw each other's random numbers; wait for its end, or use "
                        + "another process")
            }
            holder?.runs.append(run)
            return current.runs.last
        }
    }

    private static func end() {
        holder.withLock { holder in
            holder?.runs.removeLast()
            if holder?.runs.isEmpty == true { holder = nil }
        }
    }
}
