import Foundation
import Helios
import HeliosData
import HeliosVision
import StoppedTraining
import TestSupport
import Testing
import Torch

/// Trainings on image files: stopped after any step, and resumed with another number of workers, they end in the bits of
/// one that was never stopped, random augmentation included.
///
/// A few configurations are drawn, or with `scripts/test --thorough` many.
@Suite("images of a training that stops anywhere", .standardGenerator)
struct StopAnywhereTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil
    static let seeds: Range<UInt64> = 0..<(isThorough ? 24 : 1)

    private static let augmentation: [any Transform] = [
        RandomResizedCrop(12), RandomHorizontalFlip(), ColorJitter(brightness: 0.4, hue: 0.1), RandAugment(),
        ToImageTensor(), RandomErasing(p: 0.5),
    ]

    /// Ten pictures in two folders, some of each format.
    private func makePictures(in folder: URL) throws -> [String] {
        try (0..<10).map { number in
            let name = "\(number % 2 == 0 ? "cat" : "dog")/\(number).\(number % 3 == 0 ? "jpg" : "png")"
            let url = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            let picture = try Tensor.randint(
                high: 256, size: [3, 16 + number, 20], generator: Generator(seed: UInt64(number)), dtype: .uint8)
            try Images.save(picture, to: url)
            return name
        }
    }

    @Test("a folder of classes with random augmentation", arguments: seeds)
    func folder(seed: UInt64) throws {
        try withTemporaryFolder { folder in
            _ = try makePictures(in: folder)
            let training = StoppedTraining(seed: seed) { data, options in
                try data.addTrainPhase(try ImageFolder(folder, transforms: Self.augmentation), options)
            }
            #expect(try training.differences() == [])
        }
    }

    @Test("lists of files, in CSV and as JSON lines", arguments: seeds, ["list.csv", "list.jsonl"])
    func manifests(seed: UInt64, name: String) throws {
        try withTemporaryFolder { folder in
            let names = try makePictures(in: folder)
            let lines =
                name == "list.csv"
                ? ["path,label"] + names.map { "\($0),\($0.prefix(3))" }
                : names.map { "{\"path\": \"\($0)\", \"label\": \"\($0.prefix(3))\"}" }
            let list = folder.appending(path: name)
            try lines.joined(separator: "\n").write(to: list, atomically: true, encoding: .utf8)
            let training = StoppedTraining(seed: seed &+ 1) { data, options in
                try data.addTrainPhase(
                    try ImageList(Manifest(file: list), transforms: Self.augmentation), options)
            }
            #expect(try training.differences() == [])
        }
    }
}
