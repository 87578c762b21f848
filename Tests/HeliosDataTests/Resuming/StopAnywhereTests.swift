import Foundation
import HeliosData
import StoppedTraining
import TestSupport
import Testing
import TorchSerialization

/// Trainings on each kind of data file: stopped after any step, and resumed with another number of workers, they end in
/// the bits of one that was never stopped.
///
/// A few configurations are drawn for each, or with `scripts/test --thorough` many.
@Suite("data files of a training that stops anywhere", .standardGenerator)
struct StopAnywhereTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil
    static let seeds: Range<UInt64> = 0..<(isThorough ? 24 : 1)

    private func expectSameEnd(
        _ seed: UInt64, isStream: Bool = false, sourceLocation: SourceLocation = #_sourceLocation,
        _ source: @escaping StoppedTraining.Source
    ) throws {
        let differences = try StoppedTraining(seed: seed, isStream: isStream, source: source).differences()
        #expect(differences == [], sourceLocation: sourceLocation)
    }

    @Test("shards, plain and packed, in order and through a buffer", arguments: seeds, [0, 4])
    func shards(seed: UInt64, buffer: Int) throws {
        for (number, isPacked) in [[false, false, false], [true, true, true], [false, true, false]].enumerated() {
            try withTemporaryFolder { folder in
                let shards = try isPacked.enumerated().map { index, isPacked in
                    let bytes = TestArchive.samples((0..<4).map { "s\(index)/\($0)" }, from: UInt8(index * 50))
                    return try write(
                        isPacked ? packed(bytes) : bytes, to: "\(index).tar\(isPacked ? ".gz" : "")", in: folder)
                }
                try expectSameEnd(seed &* 3 &+ UInt64(number), isStream: true) { data, options in
                    let stream = try TarShards(shards) { sample, random in
                        // A sample's own random numbers are part of what must come again.
                        (
                            values: try sample.bytes("bin").map { Double($0) + .random(in: 0..<1, using: &random) },
                            label: try sample.integer("cls")
                        )
                    }
                    @Sendable func batch(_ samples: [(values: [Double], label: Int)]) throws -> LabeledBatch {
                        LabeledBatch(
                            inputs: try Tensor.stack(samples.map { try Tensor($0.values) }),
                            targets: try Tensor(samples.map(\.label)))
                    }
                    if buffer == 0 {
                        try data.addTrainPhase(stream.collated { try batch($0) }, options)
                    } else {
                        try data.addTrainPhase(stream.shuffled(buffer: buffer).collated { try batch($0) }, options)
                    }
                }
            }
        }
    }

    @Test("windows of tokens, at random and in sequence", arguments: seeds, [true, false])
    func tokens(seed: UInt64, isRandom: Bool) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "train.bin")
            _ = try TokenFile.write([(0..<61).map { $0 * $0 % 1000 }], to: url)
            try expectSameEnd(seed) { data, options in
                let tokens = try TokenSequence(tokens: url)
                try data.addTrainPhase(
                    isRandom
                        ? try TokenWindows(random: tokens, length: 5, count: 10)
                        : try TokenWindows(sequential: tokens, length: 5), options)
            }
        }
    }

    @Test("texts as bytes and as characters", arguments: seeds, [true, false])
    func texts(seed: UInt64, asBytes: Bool) throws {
        let text = "Größere Wörter, 中文 and some more text to train on, line by line.\n"
        try withTemporaryFolder { folder in
            let url = try write(text.utf8, to: "a.txt", in: folder)
            try expectSameEnd(seed) { data, options in
                let tokens =
                    try asBytes
                    ? TokenSequence(bytesOf: url)
                    : TokenSequence(
                        String(contentsOf: url, encoding: .utf8), vocabulary: CharacterVocabulary(of: text))
                try data.addTrainPhase(try TokenWindows(random: tokens, length: 7, count: 11), options)
            }
        }
    }

    @Test("rows of tensors in safetensors and NumPy's files", arguments: seeds, ["a.safetensors", "a.npz"])
    func tensors(seed: UInt64, name: String) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: name)
            let inputs = try Tensor.arange(36, dtype: .float32).reshape([9, 2, 2])
            let targets = try Tensor.arange(9)
            if name.hasSuffix("npz") {
                try NPZFile.save(["x": inputs, "y": targets], to: url)
            } else {
                try SafetensorsFile.save(["x": .tensor(inputs), "y": .tensor(targets)], to: url)
            }
            try expectSameEnd(seed) { data, options in
                let rows =
                    name.hasSuffix("npz")
                    ? try NamedTensorDataset(npz: url) : try NamedTensorDataset(safetensors: url)
                try data.addTrainPhase(rows.labeled(inputs: "x", targets: "y"), options)
            }
        }
    }

    @Test("tables in CSV and JSON lines", arguments: seeds, ["a.csv", "a.jsonl"])
    func tables(seed: UInt64, name: String) throws {
        var lines = name == "a.csv" ? ["x,y,class"] : []
        for number in 0..<10 {
            let (x, y) = (Double(number) / 3, number * number)
            lines.append(
                name == "a.csv" ? "\(x),\(y),\(number % 3)" : "{\"x\": [\(x), \(y)], \"class\": \(number % 3)}")
        }
        try withTemporaryFolder { folder in
            let url = try write(lines.joined(separator: "\n").utf8, to: name, in: folder)
            try expectSameEnd(seed) { data, options in
                if name == "a.csv" {
                    try data.addTrainPhase(try TensorDataset(csv: url, target: "class", targetType: .int64), options)
                    return
                }
                // With noise, from the numbers of the sample.
                let noisy = try JSONLinesFile(url).map { record, random in
                    (
                        values: (record["x"]?.numbers ?? []).map { $0 + .random(in: 0..<1, using: &random) },
                        label: record["class"]?.number ?? .nan
                    )
                }
                try data.addTrainPhase(
                    noisy.collated { samples in
                        LabeledBatch(
                            inputs: try Tensor.stack(samples.map { try Tensor($0.values) }),
                            targets: try Tensor(samples.map(\.label)))
                    }, options)
            }
        }
    }

    @Test("the images of MNIST and CIFAR", arguments: seeds)
    func images(seed: UInt64) throws {
        try expectSameEnd(seed) { data, options in
            try data.addTrainPhase(try MNIST(folder: DataFiles.url("mnist")), options)
        }
        try withTemporaryFolder { folder in
            func records(_ labels: [[UInt8]]) -> [UInt8] {
                labels.flatMap { labels in
                    labels + (0..<3072).map { UInt8(truncatingIfNeeded: $0 * 5 + Int(labels[0])) }
                }
            }
            for number in UInt8(1)...5 {
                _ = try write(records([[number], [9 - number]]), to: "data_batch_\(number).bin", in: folder)
            }
            _ = try write(records((0..<9).map { [$0, 90 + $0] }), to: "train.bin", in: folder)
            try expectSameEnd(seed) { try $0.addTrainPhase(try CIFAR10(folder: folder), $1) }
            try expectSameEnd(seed &+ 1) { try $0.addTrainPhase(try CIFAR100(folder: folder), $1) }
        }
    }
}
