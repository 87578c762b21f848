import Foundation
import Helios
import HeliosVision
import TestSupport
import Testing

/// The program from outside, as it is run from a shell.
@Suite(.serialized) struct ImageFolderProgramTests {
    @Test("it trains, leaves out broken files, and says what was confused and where everything is")
    func training() async throws {
        try await withTemporaryFolder { folder in
            let images = try Pictures.write(to: folder.appending(path: "images"))
            let broken = try Pictures.addBrokenFiles(to: images)
            let runs = folder.appending(path: "runs")
            let run = try Program.run(images, runs, "--epochs", "2", "--workers", "2")
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.contains("confusion matrix"))
            #expect(run.output.contains("0 blue"))
            #expect(run.output.contains("1 red"))
            #expect(run.errors.contains("left out \(broken.count) broken files:\n"))
            for file in broken { #expect(run.errors.contains(file)) }
            for file in ["checkpoints/image-folder/", "image-folder.pth", "logs/image-folder.log"] {
                #expect(run.output.contains(": \(runs.path)/\(file)"))
            }
            #expect(run.accuracy != nil)
            let isWhole = try await withStandardGenerator {
                try ResNet(.resNet18, numClasses: 2).loadWeights(from: runs.appending(path: "image-folder.pth"))
            }
            #expect(isWhole)
        }
    }

    @Test("a batch of nothing but broken files does not end it", .timeLimit(.minutes(5)))
    func onlyBroken() throws {
        try withTemporaryFolder { folder in
            let images = try Pictures.write(to: folder.appending(path: "images"))
            let broken = try Pictures.addBrokenFiles(to: images)
            let run = try Program.run(
                images, folder.appending(path: "runs"), "--epochs", "1", "--batch-size", "2", "--quiet")
            #expect(run.status == 0, "\(run.errors)")
            for file in broken { #expect(run.errors.contains(file)) }
        }
    }

    @Test("a run that is interrupted by the end of its epochs resumes, with any number of workers, to the bit")
    func resume() throws {
        try withTemporaryFolder { folder in
            let images = try Pictures.write(to: folder.appending(path: "images"))
            func weights(_ name: String) -> URL { folder.appending(path: "\(name)/image-folder.pth") }
            func train(_ name: String, epochs: Int, workers: Int) throws {
                let run = try Program.run(
                    images, folder.appending(path: name), "--epochs", "\(epochs)", "--workers", "\(workers)", "--quiet")
                #expect(run.status == 0, "\(run.errors)")
                #expect(run.lines.count == 1)
            }
            try train("whole", epochs: 2, workers: 0)
            try train("parts", epochs: 1, workers: 2)
            let first = try TorchFile.loadDictionary(weights("parts")).tensor("fc.weight")
            try train("parts", epochs: 2, workers: 2)
            let (whole, parts) = (
                try TorchFile.loadDictionary(weights("whole")), try TorchFile.loadDictionary(weights("parts"))
            )
            #expect(whole.names == parts.names)
            for name in whole.names { #expect(try whole.tensor(.string(name)).equal(parts.tensor(.string(name)))) }
            #expect(try !first.equal(parts.tensor("fc.weight")))
        }
    }

    @Test("it begins with given weights, and says that a last layer for other classes is new", arguments: [2, 5])
    func weights(classes: Int) async throws {
        try await withTemporaryFolder { folder in
            let images = try Pictures.write(to: folder.appending(path: "images"))
            let file = folder.appending(path: "resnet18.pth")
            try await withStandardGenerator {
                try TorchFile.save(ResNet(.resNet18, numClasses: classes).stateDict(), to: file)
            }
            let runs = folder.appending(path: "runs")
            // So small a rate leaves the weights where they are.
            let run = try Program.run(
                images, runs, "--epochs", "1", "--weights", file.path, "--learning-rate", "1e-30", "--quiet")
            #expect(run.status == 0, "\(run.errors)")
            let log = try String(contentsOf: runs.appending(path: "logs/image-folder.log"), encoding: .utf8)
            #expect(log.contains("began with the weights in \(file.path)"))
            #expect(log.contains("another number of classes") == (classes != 2))
            let given = try TorchFile.loadDictionary(file)
            let trained = try TorchFile.loadDictionary(runs.appending(path: "image-folder.pth"))
            #expect(
                try trained.tensor("layer4.1.conv2.weight").allclose(given.tensor("layer4.1.conv2.weight")))
            #expect(try trained.tensor("fc.weight").shape == [2, 512])
        }
    }

    @Test("it trains in bfloat16")
    func mixedPrecision() throws {
        try withTemporaryFolder { folder in
            let images = try Pictures.write(to: folder.appending(path: "images"))
            let run = try Program.run(
                images, folder.appending(path: "runs"), "--epochs", "1", "--precision", "bfloat16", "--quiet")
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.accuracy != nil)
        }
    }

    @Test("the folders train and val are taken as they are")
    func trainAndVal() throws {
        try withTemporaryFolder { folder in
            let images = folder.appending(path: "images")
            _ = try Pictures.write(to: images.appending(path: "train"))
            _ = try Pictures.write(to: images.appending(path: "val"), count: 3)
            let run = try Program.run(images, folder.appending(path: "runs"), "--epochs", "1")
            #expect(run.status == 0, "\(run.errors)")
            // Six images were validated with: the rows of the table add up to three.
            let rows = run.lines.filter { $0.contains(#/^\d (blue|red)/#) }
            #expect(rows.count == 2)
            for row in rows { #expect(row.split(separator: " ").dropFirst(2).compactMap { Int($0) }.reduce(0, +) == 3) }
        }
    }

    @Test(
        "a wrong option is an error that names it",
        arguments: [
            ["--epochs", "0"], ["--batch-size", "-1"], ["--size", "8"], ["--learning-rate", "0"], ["--workers", "-1"],
            ["--validation-fraction", "1"], ["--precision", "float8"], ["--device", "abacus"],
        ])
    func wrongOption(_ options: [String]) throws {
        let run = try Program.run(URL(filePath: "/nowhere"), URL(filePath: "/nowhere"), options)
        #expect(run.status == 64)
        #expect(run.errors.contains(options[0]))
    }

    @Test("a folder without classes, and weights that are no weights, are errors that name the path")
    func wrongPaths() throws {
        try withTemporaryFolder { folder in
            let none = try Program.run(folder.appending(path: "none"), folder.appending(path: "runs"))
            #expect(none.status == 1)
            #expect(none.errors.contains(folder.appending(path: "none").path))
            let images = try Pictures.write(to: folder.appending(path: "images"))
            let file = folder.appending(path: "weights.pth")
            try Data("no weights".utf8).write(to: file)
            let other = try Program.run(images, folder.appending(path: "runs"), "--weights", file.path)
            #expect(other.status == 1)
            #expect(other.errors.contains(file.path))
        }
    }
}
