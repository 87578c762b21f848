import Foundation
import TestSupport
import Testing

/// Two hosts made of network namespaces of Linux, with a cable between them.
@Suite("Two machines", .serialized, .enabled(if: Hosts.arePossible, "needs Linux, root and the program ip"))
struct NetworkTests {
    @Test("get an error when the network between them fails, and work together again afterwards")
    func cut() async throws {
        let hosts = try Hosts()
        defer { hosts.remove() }
        try await withThrowingTaskGroup(of: JoiningProgram.self) { group in
            for rank in 0..<2 {
                group.addTask {
                    try await run("work-on", rank, on: hosts) { _ in
                        if rank == 0 { try hosts.setLink("down") }
                    }
                }
            }
            for try await run in group {
                #expect(run.status == 1 && run.output.contains("not all ranks came within 8 s"), "\(run)")
                #expect(run.duration < 200 && run.errors.isEmpty, "\(run)")
            }
        }

        try hosts.setLink("up")
        async let first = run("nothing", 0, on: hosts)
        async let second = run("nothing", 1, on: hosts)
        for (rank, run) in [try await first, try await second].enumerated() {
            #expect(run.status == 0 && run.output.hasPrefix("rank \(rank) of 2: 1024.0"), "\(run)")
        }
    }

    private func run(
        _ event: String, _ rank: Int, on hosts: Hosts, disturb: (([Int: Int32]) async throws -> Void)? = nil
    ) async throws -> JoiningProgram {
        try await JoiningProgram.run(
            nil, timeout: 8, event,
            environment: [
                "RANK": String(rank), "WORLD_SIZE": "2", "LOCAL_RANK": "0", "LOCAL_WORLD_SIZE": "1",
                "MASTER_ADDR": "10.77.0.1", "MASTER_PORT": "29500",
            ], launcher: ["ip", "netns", "exec", hosts.names[rank]], limit: 300, disturb: disturb)
    }
}

private struct Hosts {
    let names: [String]

    static let arePossible: Bool = {
        guard let hosts = try? Hosts() else { return false }
        hosts.remove()
        return true
    }()

    init() throws {
        let name = "helios-\(UInt32.random(in: 0...UInt32.max))"
        names = [name + "-0", name + "-1"]
        do {
            for name in names { try Hosts.ip("netns add \(name)") }
            try Hosts.ip("link add cable netns \(names[0]) type veth peer name cable netns \(names[1])")
            for (index, name) in names.enumerated() {
                try Hosts.ip("-n \(name) addr add 10.77.0.\(index + 1)/24 dev cable")
                for device in ["lo", "cable"] { try Hosts.ip("-n \(name) link set \(device) up") }
            }
        } catch {
            remove()
            throw error
        }
    }

    func setLink(_ state: String) throws {
        try Hosts.ip("-n \(names[0]) link set cable \(state)")
    }

    func remove() {
        for name in names { try? Hosts.ip("netns delete \(name)") }
    }

    private struct Failure: Error {}

    private static func ip(_ arguments: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["ip"] + arguments.split(separator: " ").map(String.init)
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure() }
    }
}
