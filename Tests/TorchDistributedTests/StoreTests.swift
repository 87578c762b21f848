import Foundation
import TestSupport
import Testing
import TorchDistributed

@Suite("Stores")
struct StoreTests {
    private static let kinds = ["hash", "file", "tcp", "prefix"]

    private func withStore(_ kind: String, _ body: (Store) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let store: Store =
                switch kind {
                case "hash": try HashStore()
                case "file": try FileStore(folder.appending(path: "store"))
                case "tcp": try TCPStore(host: "127.0.0.1", port: 0, isServer: true)
                default: try PrefixStore("job", HashStore())
                }
            #expect(store.timeout == .seconds(60))
            try store.setTimeout(.milliseconds(200))
            try body(store)
        }
    }

    @Test("keep values, count, and compare before they set", arguments: kinds)
    func values(_ kind: String) throws {
        try withStore(kind) { store in
            try store.set("name", "Gruß")
            #expect(try store.get("name") == Array("Gruß".utf8))
            try store.set("name", [0, 255, 0])
            #expect(try store.get("name") == [0, 255, 0])
            try store.set("nothing", [])
            #expect(try store.get("nothing") == [])
            #expect(try store.add("count", 5) == 5)
            #expect(try store.add("count", -7) == -2)
            #expect(try store.check(["name", "count"]))
            #expect(try !store.check(["name", "missing"]))
            try store.wait(["name", "count"])
            #expect(try store.compareSet("turn", expected: [], desired: [1]) == [1])
            #expect(try store.compareSet("turn", expected: [2], desired: [3]) == [1])
            #expect(try store.compareSet("turn", expected: [1], desired: [3]) == [3])
            #expect(try store.get("turn") == [3])
            #expect(try store.numKeys() >= 4)
            #expect(try store.deleteKey("name"))
            #expect(try !store.check(["name"]))
            // A file only ever grows, and c10d does not look whether the key was there.
            #expect(try store.deleteKey("name") == (kind == "file"))
        }
    }

    @Test("say which key did not come in time", arguments: kinds)
    func timeouts(_ kind: String) throws {
        try withStore(kind) { store in
            #expect(store.timeout == .milliseconds(200))
            for call in [{ _ = try store.get("key of rank 3") }, { try store.wait(["key of rank 3"]) }] {
                let error = try #require(throws: DistributedError.self, performing: call)
                #expect(error.kind == .timeout, "\(error)")
                #expect(error.description.contains("key of rank 3"), "\(error)")
            }
            #expect(throws: DistributedError.self) { try store.wait(["a"], timeout: .milliseconds(20)) }
            try store.setTimeout(.seconds(3))
            #expect(store.timeout == .seconds(3))
        }
    }

    @Test("with a prefix do not meet")
    func prefixes() throws {
        let store = try HashStore()
        let (left, right) = (try PrefixStore("left", store), try PrefixStore("right", store))
        try left.set("key", "1")
        #expect(try !right.check(["key"]))
        #expect(try store.get("left/key") == Array("1".utf8))
    }

    @Test("of a server see what its clients set, and wait for them")
    func server() async throws {
        let server = try TCPStore(host: "127.0.0.1", port: 0, isServer: true)
        let sums = try await onThreads(3) { index in
            let client = try TCPStore(host: "127.0.0.1", port: server.port, isServer: false)
            try client.set("rank \(index)", [UInt8(index)])
            return try client.add("sum", index + 1)
        }.map { try $0.get() }
        #expect(sums.max() == 6)
        #expect(try server.get("rank 2") == [2])
    }

    @Test("in one file are the same store")
    func file() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "Datei mit Leerzeichen")
            let (first, second) = (try FileStore(url), try FileStore(url))
            try first.set("key", "value")
            #expect(try second.get("key") == Array("value".utf8))
            #expect(FileManager.default.fileExists(atPath: url.path))
        }
    }

    @Test("that cannot be made are errors at once, which name the place")
    func failures() throws {
        let missing = URL(filePath: "/no/such/folder/store")
        var error = try #require(throws: DistributedError.self) { try FileStore(missing) }
        #expect(error.description.contains("/no/such/folder"), "\(error)")
        error = try #require(throws: DistributedError.self) {
            try FileStore(#require(URL(string: "https://example.com")))
        }
        #expect(error.kind == .invalidArgument)
        for port in [-1, 0, 70000] {
            error = try #require(throws: DistributedError.self) {
                try TCPStore(host: "127.0.0.1", port: port, isServer: false)
            }
            #expect(error.kind == .invalidArgument)
        }
        error = try #require(throws: DistributedError.self) {
            try TCPStore(host: "no-such-host.invalid", port: 29500, isServer: false, timeout: .milliseconds(100))
        }
        #expect(error.description.contains("knows no address of 'no-such-host.invalid'"), "\(error)")
        let server = try TCPStore(host: "127.0.0.1", port: 0, isServer: true)
        error = try #require(throws: DistributedError.self) {
            try TCPStore(host: "127.0.0.1", port: server.port, isServer: true)
        }
        #expect(error.description.contains("\(server.port)"), "\(error)")
    }
}
