import Foundation
import Synchronization
import Torch

/// Reads `Tests/Fixtures/<name>.json`, which a script in that folder made with PyTorch, on another machine than this
/// perhaps.
///
/// Tests ask for the same file again and again, so what was read is kept.
public func fixture<Contents: Decodable & Sendable>(_ name: String, as type: Contents.Type = Contents.self) throws
    -> Contents
{
    let key = "\(name) \(String(reflecting: type))"
    if let known = kept.withLock({ $0[key] }), let contents = known as? Contents { return contents }
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/\(name).json")
    let contents = try JSONDecoder().decode(type, from: Data(contentsOf: file))
    kept.withLock { $0[key] = contents }
    return contents
}

private let kept = Mutex<[String: any Sendable]>([:])

extension Python {
    /// What `fixture` reads, but made now by the PyTorch that is on this machine: the numbers to compare with to the
    /// bit.
    ///
    /// Each script runs once, however many tests ask for its files.
    ///
    /// - Parameter script: the script that writes the file; `<name>.py` unless given.
    public static func fixture<Contents: Decodable & Sendable>(
        _ name: String, by script: String? = nil, as type: Contents.Type = Contents.self
    ) async throws -> Contents {
        try await LiveFixtures.shared.contents(name, by: script ?? "\(name).py", as: type)
    }
}

private actor LiveFixtures {
    static let shared = LiveFixtures()

    private var files: [String: Task<[String: Data], any Error>] = [:]
    private var contents: [String: any Sendable] = [:]

    func contents<Contents: Decodable & Sendable>(
        _ name: String, by script: String, as type: Contents.Type
    ) async throws -> Contents {
        let key = "\(name) \(String(reflecting: type))"
        if let known = contents[key], let known = known as? Contents { return known }
        let running = files[script] ?? Task { try await LiveFixtures.run(script) }
        files[script] = running
        let written = try await running.value
        if let known = contents[key], let known = known as? Contents { return known }
        guard let data = written[name] else { throw FixtureError(description: "\(script) wrote no \(name).json") }
        let made = try JSONDecoder().decode(type, from: data)
        contents[key] = made
        return made
    }

    /// What a script writes with `--live`, by the names of the files.
    private static func run(_ script: String) async throws -> [String: Data] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "helios-live-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try await Python.run(script, ["--live", folder.path])
        return try folder.filesBelow.reduce(into: [:]) { files, name in
            files[String(name.dropLast(".json".count))] = try Data(contentsOf: folder.appending(path: name))
        }
    }
}

/// A tensor in a fixture, as `fixture.tensor` of fixture.py writes it.
public struct FixtureTensor: Decodable, Sendable {
    public let dtype: String
    public let shape: [Int]
    public let values: [Double]

    /// The tensor itself, with the same bits as in PyTorch.
    public var tensor: Tensor {
        get throws {
            let types: [String: DType] = [
                "float32": .float32, "float64": .float64, "int64": .int64, "int32": .int32, "uint8": .uint8,
                "bool": .bool,
                "float16": .float16, "bfloat16": .bfloat16, "int16": .int16, "int8": .int8,
            ]
            guard let type = types[dtype] else { throw FixtureError(description: "no dtype \(dtype) in fixtures") }
            return try Tensor(values, shape: shape).to(type)
        }
    }
}

struct FixtureError: Error, CustomStringConvertible {
    let description: String
}
