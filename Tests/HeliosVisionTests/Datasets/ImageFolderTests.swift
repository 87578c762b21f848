import Foundation
import Helios
import HeliosVision
import TestSupport
import Testing
import Torch

@Suite("ImageFolder")
struct ImageFolderTests {
    private static func make(_ names: [String], in folder: URL, contents: [UInt8] = []) throws {
        for name in names {
            let url = folder.appending(path: name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(contents).write(to: url)
        }
    }

    @Test("classes and files are in the order of torchvision")
    func order() throws {
        try withTemporaryFolder { folder in
            let expected = try ImageFixture.read().folder
            try ImageFolderTests.make(expected.names, in: folder)
            let found = try ImageFolder(folder)
            #expect(found.classes == expected.classes)
            #expect(found.count == expected.samples.count)
            let samples = zip(found.list.files, found.list.labels).map {
                ImageFixture.Folder.Sample(path: String($0.dropFirst(folder.path.count + 1)), label: $1)
            }
            #expect(samples == expected.samples)
            #expect(found.ignoredFiles == [folder.appending(path: "z/notes.txt").path])
        }
    }

    @Test("samples are decoded with the number of their class")
    func samples() throws {
        try withTemporaryFolder { folder in
            try ImageFolderTests.make(
                ["cat/1.png", "dog/1.png"], in: folder, contents: ImageFixture.file("png-rgb.png").bytes)
            let images = try ImageFolder(folder)
            var random = SampleRandom(seed: 0, epoch: 0, index: 0)
            let sample = try images.sample(at: 1, random: &random)
            #expect(sample.label == 1)
            #expect(sample.image.shape == [3, 11, 15])
        }
    }

    @Test("images are told by their contents on request")
    func contents() throws {
        try withTemporaryFolder { folder in
            try ImageFolderTests.make(
                ["a/image", "a/x.png"], in: folder, contents: ImageFixture.file("png-rgb.png").bytes)
            try ImageFolderTests.make(["a/text.png", "a/empty"], in: folder, contents: [])
            let images = try ImageFolder(folder, selection: .byContent)
            #expect(images.list.files == ["a/image", "a/x.png"].map { folder.appending(path: $0).path })
            #expect(images.ignoredFiles.count == 2)
        }
    }

    @Test("hidden files and folders are left out, and links are followed, but not in circles")
    func linksAndHiddenFiles() throws {
        try withTemporaryFolder { folder in
            try ImageFolderTests.make([".hidden/1.jpg", "a/.1.jpg", "a/2.jpg"], in: folder)
            try ImageFolderTests.make(["1.jpg", "deep/2.jpg"], in: folder.appending(path: ".elsewhere"))
            let manager = FileManager.default
            for (link, target) in [("b", ".elsewhere"), ("a/circle", "../a"), ("a/other", "../.elsewhere/deep")] {
                try manager.createSymbolicLink(
                    atPath: folder.appending(path: link).path, withDestinationPath: target)
            }
            let images = try ImageFolder(folder)
            #expect(images.classes == ["a", "b"])
            let files = images.list.files.map { String($0.dropFirst(folder.path.count + 1)) }
            #expect(files == ["a/2.jpg", "a/other/2.jpg", "b/1.jpg", "b/deep/2.jpg"])
        }
    }

    @Test("a folder without classes, an empty class and a missing folder are errors that say so")
    func errors() throws {
        try withTemporaryFolder { folder in
            func message(_ folder: URL) throws -> String {
                try #require(throws: DataError.self) { try ImageFolder(folder) }.description
            }
            try ImageFolderTests.make(["1.jpg"], in: folder)
            #expect(try message(folder).contains("no classes"))
            try ImageFolderTests.make(["a/1.jpg", "b/notes.txt", "c/notes.txt"], in: folder)
            #expect(try message(folder).contains("classes b, c"))
            let images = try ImageFolder(folder, allowsEmptyClasses: true)
            #expect(images.classes == ["a", "b", "c"])
            #expect(images.count == 1)
            #expect(try message(folder.appending(path: "none")).contains("none"))
            #expect(try message(folder.appending(path: "1.jpg")).contains("1.jpg"))
        }
    }
}
