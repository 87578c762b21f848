import Foundation
import Helios
import HeliosVision
import Synchronization
import TestSupport
import Testing
import Torch

@Suite("ImageList")
struct ImageListTests {
    @Test("samples are the decoded files with their labels")
    func samples() throws {
        let names = ["png-gray.png", "jpeg-420.jpg", "png-rgb-16-bits.png", "webp-lossless-alpha.webp"]
        let list = try ImageList(files: names.map { try ImageFixture.file($0).path }, labels: [0, 1, 2, 3])
        #expect(list.count == 4)
        var random = SampleRandom(seed: 0, epoch: 0, index: 0)
        for index in 0..<4 {
            let sample = try list.sample(at: index, random: &random)
            #expect(sample.label == index)
            // All of one kind, so that they go into one batch.
            #expect(sample.image.dtype == .uint8 && sample.image.shape[0] == 3)
        }
    }

    @Test("names of classes are numbered in the order of their bytes")
    func classNames() throws {
        let list = try ImageList(files: ["1", "2", "3", "4"], classNames: ["b", "é", "B", "b"])
        #expect(list.classes == ["B", "b", "é"])
        #expect(list.labels == [1, 2, 0, 1])
    }

    @Test("labels that do not fit the files are errors")
    func refuses() throws {
        #expect(throws: DataError.self) { try ImageList(files: ["a"], labels: []) }
        #expect(throws: DataError.self) { try ImageList(files: ["a"], labels: [-1]) }
        #expect(throws: DataError.self) { try ImageList(files: ["a"], labels: [2], classes: ["x", "y"]) }
        #expect(throws: DataError.self) { try ImageList(files: ["a"], classNames: []) }
    }

    @Test("the check lists the broken files, with all others decoded")
    func check() throws {
        try withTemporaryFolder { folder in
            let good = try ImageFixture.file("jpeg-420.jpg")
            let cut = folder.appending(path: "cut.jpg")
            try Data(good.bytes.dropLast(200)).write(to: cut)
            let none = folder.appending(path: "none.jpg")
            let list = try ImageList(
                files: [good.path, cut.path, good.path, none.path, good.path], labels: [0, 0, 0, 0, 0])
            let progress = Mutex<[Int]>([])
            let broken = list.check { done, count in
                progress.withLock { $0.append(done) }
                #expect(count == 5)
            }
            #expect(broken.map(\.index) == [1, 3])
            #expect(broken.map(\.path) == [cut.path, none.path])
            #expect(broken.map(\.error.kind) == [.truncated, .inaccessible])
            #expect(progress.withLock { $0 } == [1, 2, 3, 4, 5])
        }
    }

    @Test("a loader gives batches of a list")
    func loader() throws {
        let names = (1...4).map { _ in "png-rgb.png" }
        let list = try ImageList(files: names.map { try ImageFixture.file($0).path }, labels: [3, 2, 1, 0])
        var labels: [Int] = []
        let batches = try DataLoader(list, LoaderOptions(batchSize: 2, workers: 2)).batches(epoch: 0)
        while let batch = try batches.next() {
            #expect(batch.inputs.shape == [2, 3, 11, 15])
            labels += try batch.targets.array(Int.self)
        }
        #expect(labels == [3, 2, 1, 0])
    }
}
