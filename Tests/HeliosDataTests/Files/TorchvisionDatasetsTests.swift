import Foundation
import HeliosData
import TestSupport
import Testing
import Torch

/// The published sets as torchvision's own readers read them.
@Suite("sets that torchvision reads")
struct TorchvisionDatasetsTests {
    /// What torchvision read.
    private struct Read: Decodable {
        let shape: [Int]
        let pixels: Data
        let labels: [Int]
    }

    @Test("images and labels are torchvision's", .needsTorchvision)
    func same() async throws {
        try await withTemporaryFolder { folder in
            let lines = try await Python.run("torchvision_datasets.py", [folder.path])
            var names: [String] = []
            for line in lines {
                let parts = line.split(separator: "{", maxSplits: 1)
                let name = parts[0].trimmingCharacters(in: .whitespaces)
                let expected = try JSONDecoder().decode(Read.self, from: Data("{\(parts[1])".utf8))
                let (images, labels) = try read(name, in: folder)
                #expect(images.shape == expected.shape, "\(name)")
                #expect(try images.array(UInt8.self) == [UInt8](expected.pixels), "\(name)")
                #expect(try labels.array(Int.self) == expected.labels, "\(name)")
                names.append(name)
            }
            #expect(
                names == [
                    "MNIST training", "CIFAR10 training", "CIFAR100 training", "MNIST test", "CIFAR10 test",
                    "CIFAR100 test",
                ])
        }
    }

    private func read(_ name: String, in folder: URL) throws -> (images: Tensor, labels: Tensor) {
        let isTest = name.hasSuffix(" test")
        if name.hasPrefix("MNIST") {
            let data = try MNIST(folder: folder, part: isTest ? .test : .training)
            return (data.images, data.labels)
        }
        if name.hasPrefix("CIFAR100") {
            let data = try CIFAR100(folder: folder, part: isTest ? .test : .training)
            return (data.images, data.labels)
        }
        let data = try CIFAR10(folder: folder, part: isTest ? .test : .training)
        return (data.images, data.labels)
    }
}
