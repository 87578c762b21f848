import CTorch
import Foundation
import Torch

/// Keys and values that all processes of a job see: through it they find each other.
///
/// The subclasses say where the values are: ``TCPStore``, ``FileStore``, ``HashStore``, and ``PrefixStore`` over one of
/// them. Any thread may use a store. While one thread waits for a key of a `TCPStore`, other threads that use the same
/// object wait for it; a `PrefixStore` is no other object in this.
public class Store: @unchecked Sendable {
    // The pointer never changes, and c10d's stores lock what they do.
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer?, _ name: String, advice: String) throws {
        guard let pointer else { throw DistributedError(.last(), name, advice: advice) }
        self.pointer = pointer
    }

    deinit {
        ct_store_release(pointer)
    }

    /// How long `get` and `wait` wait for a key.
    public var timeout: Duration {
        withExtendedLifetime(self) { .milliseconds(ct_store_timeout(pointer)) }
    }

    /// Sets how long `get` and `wait` wait for a key. Set it before other threads use the store.
    public func setTimeout(_ timeout: Duration) throws {
        try require("set_timeout") { ct_store_set_timeout(pointer, timeout.milliseconds) }
    }

    /// Sets the value of a key, whether or not it had one.
    public func set(_ key: String, _ value: [UInt8]) throws {
        try require("set", key) { ct_store_set(pointer, key, value, Int64(value.count)) }
    }

    /// Sets the value of a key to the UTF-8 of a text.
    public func set(_ key: String, _ value: String) throws {
        try set(key, Array(value.utf8))
    }

    /// Returns the value of a key, and waits until there is one.
    ///
    /// - Throws: ``DistributedError`` of kind `timeout` if nobody sets the key in time.
    public func get(_ key: String) throws -> [UInt8] {
        try bytes("get", key) { ct_store_get(pointer, key, &$0) }
    }

    /// Adds a number to the one that the key has, 0 if it has none, and returns the sum. Several processes that add at
    /// once get different sums.
    ///
    /// - Throws: ``DistributedError`` if the key has a value that is no number. The connection of a `TCPStore` is lost
    ///   then.
    @discardableResult
    public func add(_ key: String, _ number: Int) throws -> Int {
        var sum: Int64 = 0
        try require("add", key) { ct_store_add(pointer, key, Int64(number), &sum) }
        return Int(sum)
    }

    /// Waits until all keys have values.
    ///
    /// - Parameter timeout: how long it waits; `nil` is the timeout of the store.
    /// - Throws: ``DistributedError`` of kind `timeout`.
    public func wait(_ keys: [String], timeout: Duration? = nil) throws {
        let limit = (timeout ?? self.timeout).milliseconds
        try require("wait", keys.joined(separator: ", ")) {
            keys.withCStrings { ct_store_wait(pointer, $0, Int64(keys.count), limit) }
        }
    }

    /// Whether all keys have values.
    public func check(_ keys: [String]) throws -> Bool {
        var result = false
        try require("check", keys.joined(separator: ", ")) {
            keys.withCStrings { ct_store_check(pointer, $0, Int64(keys.count), &result) }
        }
        return result
    }

    /// Removes a key, and returns whether there was one; a `FileStore` always says so.
    @discardableResult
    public func deleteKey(_ key: String) throws -> Bool {
        var result = false
        try require("delete_key", key) { ct_store_delete(pointer, key, &result) }
        return result
    }

    /// The number of keys, those included that the store itself or a process group has set.
    public func numKeys() throws -> Int {
        let count = withExtendedLifetime(self) { ct_store_key_count(pointer) }
        guard count >= 0 else { throw failure("num_keys", "") }
        return Int(count)
    }

    /// Sets the value of a key if it has the expected one, or if it has none and the expected one is empty.
    ///
    /// - Returns: the value that the key has afterwards: `desired` if it was set. If the key is missing and `expected`
    ///   is not empty, that is `expected`.
    public func compareSet(_ key: String, expected: [UInt8], desired: [UInt8]) throws -> [UInt8] {
        try bytes("compare_set", key) {
            ct_store_compare_set(
                pointer, key, expected, Int64(expected.count), desired, Int64(desired.count), &$0)
        }
    }

    // MARK: Calls

    private func require(_ operation: String, _ key: String = "", _ body: () -> Bool) throws {
        guard withExtendedLifetime(self, body) else { throw failure(operation, key) }
    }

    private func bytes(
        _ operation: String, _ key: String, _ body: (inout UnsafeMutableRawPointer?) -> Int64
    ) throws -> [UInt8] {
        var memory: UnsafeMutableRawPointer?
        let count = withExtendedLifetime(self) { body(&memory) }
        guard count >= 0, let memory else { throw failure(operation, key) }
        defer { free(memory) }
        return Array(UnsafeRawBufferPointer(start: memory, count: Int(count)))
    }

    private func failure(_ operation: String, _ key: String) -> DistributedError {
        DistributedError(
            .last(), "store.\(operation)\(key.isEmpty ? "" : "(\(key))")",
            advice: "Check that the process that should set the key, and the one that hosts the store, still run")
    }
}

extension [String] {
    /// Calls `body` with the strings as C has them.
    func withCStrings<Result>(_ body: (UnsafePointer<UnsafePointer<CChar>>?) throws -> Result) rethrows -> Result {
        let bytes = map { Array<CChar>($0.utf8CString) }
        let starts = bytes.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
        return try bytes.flatMap { $0 }.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return try body(nil) }
            return try starts.dropLast().map { base + $0 }.withUnsafeBufferPointer { try body($0.baseAddress) }
        }
    }
}
