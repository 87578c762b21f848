import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

@Suite("Writing archives")
struct ArchiveWriterTests {
    private func write(to file: URL, large: UInt64 = 0xFFFF_FFFF, _ sizes: [Int]) throws {
        try AtomicFile.replace(file.path) { sink in
            let archive = ArchiveWriter(sink, large: large)
            for (number, size) in sizes.enumerated() {
                try archive.add("data/\(number)", [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size))
            }
            try archive.finish()
        }
    }

    @Test("every record begins at a multiple of 64 bytes, whatever came before")
    func alignment() throws {
        try withFolder { folder in
            let file = folder.appending(path: "a.zip")
            for large in [0xFFFF_FFFF, 50] as [UInt64] {
                try write(to: file, large: large, Array(0..<150))
                let source = try FileSource(file.path)
                let directory = try ZipDirectory(source)
                #expect(directory.entries.count == 152)
                for (name, entry) in directory.entries {
                    #expect(try directory.dataOffset(of: entry, in: source) % 64 == 0, "\(name)")
                }
                let archive = try ArchiveReader(file.path)
                try archive.requireChecksums()
                #expect(try archive.read("data/149") == [UInt8](repeating: 149, count: 149))
                #expect(try archive.read("version") == Array("3\n".utf8))
                #expect(try archive.size(".data/serialization_id") == 40)
            }
        }
    }

    @Test("the same records make the same file, and others another identifier")
    func reproducible() throws {
        try withFolder { folder in
            let files = ["a", "b", "c"].map { folder.appending(path: $0) }
            for (file, sizes) in zip(files, [[3, 4], [3, 4], [3, 5]]) { try write(to: file, sizes) }
            #expect(try Data(contentsOf: files[0]) == Data(contentsOf: files[1]))
            let identifiers = try files.map { try ArchiveReader($0.path).read(".data/serialization_id") }
            #expect(identifiers[0] != identifiers[2])
        }
    }

    @Test(
        "Python's zipfile and PyTorch read an archive, one with numbers of 64 bits too",
        .needsPyTorch)
    func python() async throws {
        try await withFolder { folder in
            let files = ["small.pth", "large.pth"].map { folder.appending(path: $0) }
            let value = StateValue.dictionary([
                "a": .tensor(try Tensor.arange(1000)), "b": .tensor(try Tensor.ones([3])),
            ])
            try TorchFile.save(value, to: files[0])
            let small = try ArchiveReader(files[0].path)
            try AtomicFile.replace(files[1].path) { sink in
                let large = ArchiveWriter(sink, large: 100)
                for name in ["data.pkl", ".format_version", ".storage_alignment", "byteorder", "data/0", "data/1"] {
                    try large.add(name, small.read(name))
                }
                try large.finish()
            }
            #expect(try StateText.of(TorchFile.load(files[1])) == StateText.of(value))
            let lines = try await Python.run("zip_archives.py", files.map(\.path))
            let text = try StateText.of(value)
            #expect(lines == ["good: \(text)", "good: \(text)"])
        }
    }
}
