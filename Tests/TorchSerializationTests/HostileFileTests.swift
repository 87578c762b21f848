import Foundation
import TestSupport
import Testing
import Torch

@testable import TorchSerialization

/// Damaged files, many of them: each ends in a `TorchFileError` or in some value, and none in a crash or in much
/// memory. With HELIOS_THOROUGH=1 there are more of them.
@Suite("Damaged files", .serialized)
struct HostileFileTests {
    private let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] == "1"

    /// Loads damaged copies of a file, and walks what comes out.
    private func loadAll(_ name: String, _ copies: (Data, (Data) throws -> Void) throws -> Void) throws {
        let original = withoutChecksums(try Data(contentsOf: fixtureFile(name)))
        let memory = peakMemory()
        try withFolder { folder in
            let file = folder.appending(path: "damaged.pth")
            try copies(original) { damaged in
                // Writing over a file waits for the disk; a new one does not.
                try? FileManager.default.removeItem(at: file)
                try damaged.write(to: file)
                do {
                    let value = try TorchFile.load(file)
                    _ = try size(of: value)
                } catch let error as TorchFileError {
                    #expect(error.path == file.path && !error.reason.isEmpty)
                }
            }
        }
        // No file here has 10 kB. Threads of other tests take some of this.
        #expect(peakMemory() - memory < 1 << 30, "\(name)")
    }

    /// The archive as PyTorch writes it when it shall leave checksums out, so that damage comes through to what reads
    /// the records.
    private func withoutChecksums(_ archive: Data) -> Data {
        var archive = archive
        let signature = Data([0x50, 0x4B, 1, 2])
        var position = archive.startIndex
        while let entry = archive[position...].range(of: signature) {
            archive.replaceSubrange(entry.lowerBound + 16..<entry.lowerBound + 20, with: Data(count: 4))
            position = entry.upperBound
        }
        return archive
    }

    /// Copies a value's tensors out, as a caller would.
    private func size(of value: StateValue) throws -> Int {
        switch value {
        case .none, .bool, .int, .bigInteger, .double, .complex, .string, .bytes, .dtype, .device, .size: 1
        case .list(let values), .tuple(let values), .set(let values): try values.reduce(1) { try $0 + size(of: $1) }
        case .dictionary(let state): try state.reduce(1) { try $0 + size(of: $1.value) }
        // A tensor may be large if it repeats a few elements, as `expand` makes it, and then costs nothing.
        case .tensor(let tensor):
            tensor.count < 10_000 && SparseLayout(of: tensor) == nil ? try tensor.bytes.count : tensor.count
        }
    }

    /// The most address space that this process ever had, in bytes, used or not; 0 if the system does not say.
    private func peakMemory() -> Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmPeak:") } ?? ""
        return (line.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }

    @Test("a file that ends at any byte is an error")
    func truncation() throws {
        let original = try Data(contentsOf: fixtureFile("one-tensor"))
        try withFolder { folder in
            let file = folder.appending(path: "short.pth")
            for length in 0..<original.count {
                try? FileManager.default.removeItem(at: file)
                try original.prefix(length).write(to: file)
                #expect(throws: TorchFileError.self, "\(length) bytes") { try TorchFile.load(file) }
            }
        }
    }

    @Test("a flipped bit is an error, or changes nothing", arguments: ["one-tensor"])
    func flippedBitsWithChecksums(name: String) throws {
        let original = try Data(contentsOf: fixtureFile(name))
        let expected = try StateText.of(TorchFile.load(fixtureFile(name)))
        try withFolder { folder in
            let file = folder.appending(path: "damaged.pth")
            for position in original.indices {
                var copy = original
                copy[position] ^= 1 << (position % 8)
                try copy.write(to: file)
                do {
                    #expect(try StateText.of(TorchFile.load(file)) == expected, "byte \(position)")
                } catch is TorchFileError {}
            }
        }
    }

    @Test("any bit flipped, anywhere in the file, without checksums", arguments: ["one-tensor", "sgd"])
    func flippedBits(name: String) throws {
        try loadAll(name) { original, load in
            for position in original.indices {
                for bit in isThorough ? Array(0..<8) : [position % 8] {
                    var copy = original
                    copy[position] ^= 1 << bit
                    try load(copy)
                }
            }
        }
    }

    @Test("any byte replaced by others that mean something", arguments: ["one-tensor"])
    func replacedBytes(name: String) throws {
        try loadAll(name) { original, load in
            let values: [UInt8] = isThorough ? Array(stride(from: 0, to: 255, by: 8)) : [0, 0x7F, 0xFF]
            for position in original.indices {
                for value in values {
                    var copy = original
                    copy[position] = value
                    try load(copy)
                }
            }
        }
    }

    @Test(
        "random damage, with a fixed seed",
        arguments: [
            "adamw", "shared", "plain", "protocol-4", "sparse", "old-sparse", "python-2", "numpy-2", "numpy-5",
        ])
    func randomDamage(name: String) throws {
        var random = FixedRandom(state: 1)
        try loadAll(name) { original, load in
            for _ in 0..<(isThorough ? 5000 : 500) {
                var copy = original
                for _ in 0..<Int.random(in: 1...8, using: &random) { damage(&copy, &random) }
                try load(copy)
            }
        }
    }

    /// Changes, removes, inserts or repeats a few bytes.
    private func damage(_ copy: inout Data, _ random: inout FixedRandom) {
        guard copy.count > 1 else { return }
        let start = Int.random(in: 0..<copy.count, using: &random)
        let end = min(copy.count, start + Int.random(in: 1...16, using: &random))
        switch Int.random(in: 0..<6, using: &random) {
        case 0: copy[start] = .random(in: .min ... .max, using: &random)
        case 1: copy[start] ^= 1 << Int.random(in: 0..<8, using: &random)
        case 2: copy.removeSubrange(start..<end)
        case 3: copy.insert(contentsOf: copy[start..<end], at: start)
        case 4: copy.replaceSubrange(start..<end, with: Array(repeating: UInt8.max, count: end - start))
        default: copy.insert(.random(in: .min ... .max, using: &random), at: start)
        }
    }

    @Test("random pickles, with a fixed seed")
    func randomPickles() throws {
        var random = FixedRandom(state: 2)
        for name in ["shared", "plain", "sparse", "numpy-4"] { try replaceBytes(of: name, &random) }
    }

    private func replaceBytes(of name: String, _ random: inout FixedRandom) throws {
        let pickle = try ArchiveReader(fixtureFile(name).path).read("data.pkl")
        let known = Set(pickle).sorted()
        for _ in 0..<(isThorough ? 50_000 : 2000) {
            var bytes = pickle
            // Bytes that occur in pickles go further than others.
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let position = Int.random(in: 0..<bytes.count, using: &random)
                bytes[position] = known.randomElement(using: &random) ?? 0
            }
            do { _ = try PickleReader.read(bytes) } catch is FormatError {}
        }
    }
}

/// SplitMix64: the same numbers on every run.
private struct FixedRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
