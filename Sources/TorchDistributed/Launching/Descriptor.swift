import Foundation

/// Owns a file descriptor that no other program inherits.
final class Descriptor: Sendable {
    let number: Int32

    /// The lowest number: what a copy of the program gets is below.
    private static let lowest: Int32 = 10

    /// - Parameter original: a descriptor, which stays open.
    init(copying original: Int32) throws {
        number = fcntl(original, F_DUPFD_CLOEXEC, Descriptor.lowest)
        guard number >= 0 else {
            throw DistributedError(.other, "launch", "no file descriptor: \(String(cString: strerror(errno)))")
        }
    }

    deinit {
        close(number)
    }

    /// The two ends of a new pipe.
    static func pipe() throws -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard Foundation.pipe(&ends) == 0 else {
            throw DistributedError(.other, "launch", "no pipe: \(String(cString: strerror(errno)))")
        }
        defer { ends.forEach { close($0) } }
        return (try Descriptor(copying: ends[0]), try Descriptor(copying: ends[1]))
    }

    /// Those that another program would inherit, but for the three standard ones.
    static func inherited() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/dev/fd")) ?? []
        return names.compactMap { Int32($0) }.filter { number in
            let flags = fcntl(number, F_GETFD)
            return number > STDERR_FILENO && flags >= 0 && flags & FD_CLOEXEC == 0
        }
    }
}
