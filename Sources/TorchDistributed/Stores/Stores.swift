import CTorch
import Foundation
import Torch

/// A store in the memory of one process, for ranks that are its threads.
public final class HashStore: Store, @unchecked Sendable {
    /// - Parameter timeout: how long `get` and `wait` wait for a key.
    public init(timeout: Duration = .seconds(60)) throws {
        try super.init(owning: ct_store_hash(timeout.milliseconds), "HashStore", advice: "")
    }
}

/// A store in a file that all processes can lock, as on a shared file system that has locks.
public final class FileStore: Store, @unchecked Sendable {
    /// - Parameters:
    ///   - url: the file, which must not be one of an earlier job. Its folder must exist.
    ///   - workerCount: how many stores open the file in all; the last one that goes deletes it. `nil` leaves the file.
    ///   - timeout: how long `get` and `wait` wait for a key.
    /// - Throws: ``DistributedError`` if the file cannot be opened for writing.
    public init(_ url: URL, workerCount: Int? = nil, timeout: Duration = .seconds(60)) throws {
        guard url.isFileURL else {
            throw DistributedError(.invalidArgument, "FileStore", "\(url) is not the URL of a file")
        }
        try super.init(
            owning: ct_store_file(
                url.path(percentEncoded: false), Int32(clamping: workerCount ?? -1), timeout.milliseconds),
            "FileStore", advice: "The folder of \(url.path(percentEncoded: false)) must exist and be writable")
    }
}

/// A store in the memory of one process, the server, to which all connect.
public final class TCPStore: Store, @unchecked Sendable {
    /// The host that the store was made with.
    public let host: String
    /// The port of the server.
    public let port: Int

    /// Connects to the server, or becomes it.
    ///
    /// - Parameters:
    ///   - host: the name or the address of the server's machine.
    ///   - port: the server's port; 0 lets a server choose a free one, which `port` then says.
    ///   - isServer: whether this process is the server, as rank 0 usually is. Its store must stay as long as others
    ///     need it.
    ///   - workerCount: how many processes connect in all, the server among them; its initializer then waits for them.
    ///     `nil` waits for none.
    ///   - timeout: how long to wait for the server or the workers, and later for a key. libtorch tries to connect up
    ///     to three times as long.
    /// - Throws: ``DistributedError`` if the port is taken, or if the server or the workers do not come in time.
    public init(
        host: String, port: Int, isServer: Bool, workerCount: Int? = nil, timeout: Duration = .seconds(60)
    ) throws {
        guard let number = UInt16(exactly: port), number > 0 || isServer else {
            throw DistributedError(.invalidArgument, "TCPStore", "there is no port \(port)")
        }
        if let workerCount, workerCount < 1 {
            throw DistributedError(.invalidArgument, "TCPStore", "there is one worker at least, not \(workerCount)")
        }
        let pointer = ct_store_tcp(host, number, isServer, Int64(workerCount ?? -1), timeout.milliseconds)
        self.host = host
        self.port = pointer.map { Int(ct_store_port($0)) } ?? port
        try super.init(
            owning: pointer, "TCPStore(\(host):\(port))",
            advice: pointer != nil ? "" : TCPStore.advice(host, isServer: isServer))
    }

    private static func advice(_ host: String, isServer: Bool) -> String {
        if !LocalAddress.isKnown(host) {
            return
                "This machine knows no address of '\(host)': check the name, or give an address in numbers (launchers "
                + "take it from MASTER_ADDR)"
        }
        return isServer
            ? "If the port is taken, choose another one, or 0 for any that is free"
            : "Check the host and the port, and that the process with rank 0 has started"
    }
}

/// The keys of another store that have a beginning of their own, so that two users of a store do not meet.
public final class PrefixStore: Store, @unchecked Sendable {
    /// - Parameter prefix: the beginning of the keys in `store`; a slash is put behind it.
    public init(_ prefix: String, _ store: Store) throws {
        try super.init(owning: ct_store_prefix(prefix, store.pointer), "PrefixStore", advice: "")
    }
}
