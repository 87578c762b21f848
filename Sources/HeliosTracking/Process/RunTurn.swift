import Foundation
import Helios
import Synchronization
import TorchSerialization

/// The place of a Python process in the queue of those that log to the same run, which must do so one after another.
///
/// When a training is killed and started again at once, the Python process of the first may still have to log what it
/// got. Each process has a file that is locked from before it starts until it ends, however it ends, and it waits for
/// those with lower numbers. The file also receives its standard error.
final class RunTurn: Sendable {
    /// What the names of the files begin with; a number and `.lock` follow.
    let prefix: String
    let number: Int

    private let descriptor: Mutex<Int32?>

    private var path: String { Self.path(prefix, number) }

    /// The next turn.
    ///
    /// - Parameters:
    ///   - folder: where the files are.
    ///   - run: the run.
    /// - Throws: `TrackingError` if the file cannot be made.
    init(in folder: URL, _ run: LoggedRun) throws(TrackingError) {
        let start = ".\(run.name.replacing("/", with: "_"))."
        prefix = folder.appending(path: start).path
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        let numbers = names.compactMap { name in
            name.hasPrefix(start) && name.hasSuffix(".lock") ? Int(name.dropFirst(start.count).dropLast(5)) : nil
        }
        var number = (numbers.max() ?? 0) &+ 1
        var opened: Int32?
        while opened == nil {
            do {
                opened = try RegularFile.open(
                    Self.path(prefix, number), O_RDWR | O_APPEND | O_CREAT | O_EXCL, permissions: 0o644)
            } catch {
                // Another program may have been faster.
                guard errno == EEXIST, number < .max else {
                    throw TrackingError("\(VisibleText.of(Self.path(prefix, number))) cannot be made: \(error.reason)")
                }
                number += 1
            }
        }
        self.number = number
        descriptor = Mutex(opened)
        if let opened, flock(opened, LOCK_EX | LOCK_NB) != 0 {
            run.warn(
                "files in \(VisibleText.of(folder.path)) cannot be locked: after a kill, wait some seconds before you "
                    + "resume"
            )
        }
    }

    deinit { release() }

    /// Leaves the lock to the Python, which has the descriptor as its standard error.
    func release() {
        descriptor.withLock { descriptor in
            if let open = descriptor { close(open) }
            descriptor = nil
        }
    }

    /// The file; `nil` if it was released.
    var openDescriptor: Int32? { descriptor.withLock { $0 } }

    /// The last line that the Python has written to its standard error.
    var lastLine: [UInt8]? {
        guard let handle = FileHandle(forReadingAtPath: path) else { return nil }
        defer { try? handle.close() }
        guard let end = try? handle.seekToEnd(), (try? handle.seek(toOffset: end - min(end, 4096))) != nil,
            let data = try? handle.read(upToCount: 4096)
        else { return nil }
        return data.split(separator: UInt8(ascii: "\n")).last.map(Array.init)
    }

    /// Where the script waits for its turn.
    var message: JSONValue { ["prefix": .string(prefix), "number": .int(number), "patience": .int(60)] }

    private static func path(_ prefix: String, _ number: Int) -> String { "\(prefix)\(number).lock" }
}
