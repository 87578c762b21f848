import Foundation
import Testing

@testable import TorchSerialization

@Suite("Opening regular files", .timeLimit(.minutes(10)))
struct RegularFileTests {
    private func refusal(_ path: String, _ flags: Int32) -> String? {
        do {
            close(try RegularFile.open(path, flags, permissions: 0o600))
            return nil
        } catch {
            return error.reason
        }
    }

    @Test(
        "whatever else is at the path is named, to be read or written",
        arguments: [O_RDONLY, O_WRONLY, O_RDWR | O_CREAT])
    func others(flags: Int32) throws {
        try withFolder { folder in
            let (fifo, socket) = (folder.appending(path: "fifo").path, folder.appending(path: "s").path)
            try #require(mkfifo(fifo, 0o600) == 0)
            try makeSocket(socket)
            #expect(refusal(fifo, flags) == "it is a FIFO (a named pipe), not a regular file")
            #expect(refusal(socket, flags) == "it is a socket, not a regular file")
            #expect(refusal("/dev/null", flags) == "it is a device, not a regular file")
            #expect(refusal(folder.path, flags) == "it is a folder")
        }
    }

    @Test("a regular file is opened, and made if that is asked for")
    func regular() throws {
        try withFolder { folder in
            let path = folder.appending(path: "a").path
            #expect(refusal(path, O_RDONLY) == "No such file or directory")
            #expect(refusal(path, O_WRONLY | O_CREAT) == nil)
            #expect(refusal(path, O_RDONLY) == nil)
            try Data("abc".utf8).write(to: URL(filePath: path))
            #expect(try RegularFile.start(of: path, count: 2) == Array("ab".utf8))
            #expect(try RegularFile.start(of: path, count: 9) == Array("abc".utf8))
        }
    }

    private func makeSocket(_ path: String) throws {
        #if canImport(Darwin)
            let kind = SOCK_STREAM
        #else
            let kind = Int32(SOCK_STREAM.rawValue)
        #endif
        let descriptor = socket(AF_UNIX, kind, 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        try #require(path.utf8.count < MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
        }
        try #require(result == 0)
    }
}
