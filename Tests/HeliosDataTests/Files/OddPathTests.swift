import Foundation
import Helios
import HeliosData
import TestSupport
import Testing

/// What readers say about a path at which there is no file that they can read.
@Suite("Paths without a readable file")
struct OddPathTests {
    private typealias Reader = @Sendable (URL) throws -> Void

    private static let readers: [String: Reader] = [
        "NPYFile.load": { _ = try NPYFile.load($0) },
        "NPYFile.map": { _ = try NPYFile.map($0) },
        "NPZFile": { _ = try NPZFile($0) },
        "NamedTensorDataset": { _ = try NamedTensorDataset(safetensors: $0) },
        "IDXFile": { _ = try IDXFile.load($0) },
        "NumericTable": { _ = try NumericTable(csv: $0) },
        "JSONLinesFile": { _ = try JSONLinesFile($0) },
        "Manifest": { _ = try Manifest(file: $0) },
        "TokenSequence": { _ = try TokenSequence(tokens: $0) },
        "Tokenizer": { _ = try Tokenizer($0) },
        "TarShards": { url in
            let shards = try TarShards([url]) { sample, _ in sample.key }
            _ = try shards.elements(epoch: 0, seed: 0, from: nil).next()
        },
    ]

    @Test(
        "a folder, a pipe, a link to nothing and nothing are errors that name the path, and nothing waits",
        .timeLimit(.minutes(1)), arguments: readers.keys.sorted())
    func files(name: String) throws {
        let read = try #require(Self.readers[name])
        try withTemporaryFolder { folder in
            for kind in try OddPath.allCases(in: folder, named: "file.csv") {
                let error = dataError { try read(kind.url) }
                #expect(error?.kind == .access, "\(kind.url.path): \(error.map { "\($0)" } ?? "none")")
                #expect(error?.description.hasPrefix(kind.url.path) == true)
                #expect(error?.reason.contains(kind.reason) == true, "\(error.map { "\($0)" } ?? "none")")
            }
        }
    }

    @Test("so are those in the places of published files", .timeLimit(.minutes(1)))
    func published() throws {
        try withTemporaryFolder { folder in
            for file in ["t10k-images-idx3-ubyte", "test_batch.bin", "test.bin"] {
                for kind in try OddPath.allCases(in: folder.appending(path: file), named: file) {
                    let place = kind.url.deletingLastPathComponent()
                    let error = dataError {
                        switch file {
                        case "test.bin": _ = try CIFAR100(folder: place, part: .test)
                        case "test_batch.bin": _ = try CIFAR10(folder: place, part: .test)
                        default: _ = try MNIST(folder: place, part: .test)
                        }
                    }
                    #expect(error?.kind == .access, "\(kind.url.path): \(error.map { "\($0)" } ?? "none")")
                    #expect(error?.description.contains(place.path) == true)
                    #expect(error?.description.contains(file) == true)
                }
            }
        }
    }
}

/// A path at which there is no file that can be read.
private struct OddPath {
    let url: URL
    /// What the error says.
    let reason: String

    /// One of each kind, in folders of their own.
    static func allCases(in folder: URL, named name: String) throws -> [OddPath] {
        func path(_ kind: String) throws -> URL {
            let place = folder.appending(path: kind)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            return place.appending(path: name)
        }
        let (other, pipe, link) = (try path("folder"), try path("pipe"), try path("link"))
        try FileManager.default.createDirectory(at: other, withIntermediateDirectories: false)
        #expect(mkfifo(pipe.path, 0o600) == 0)
        try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "nowhere")
        return [
            OddPath(url: other, reason: "it is a folder"), OddPath(url: pipe, reason: "it is a FIFO"),
            OddPath(url: link, reason: "does not exist"), OddPath(url: try path("none"), reason: "does not exist"),
        ]
    }
}
