import Foundation
import Helios
import HeliosData
import HeliosVision
import TestSupport
import Testing
import Torch

@Suite("ImageList of a manifest")
struct ImageListManifestTests {
    private static func list(_ text: String, as name: String = "list.csv", in folder: URL) throws -> ImageList {
        let url = folder.appending(path: name)
        try Data(text.utf8).write(to: url)
        return try ImageList(Manifest(file: url))
    }

    @Test("names of classes are numbered, and paths start at the list")
    func names() throws {
        try withTemporaryFolder { folder in
            let images = folder.appending(path: "images")
            try FileManager.default.createDirectory(at: images, withIntermediateDirectories: true)
            try Data(ImageFixture.file("png-rgb.png").bytes).write(to: images.appending(path: "1.png"))
            let table = try ImageListManifestTests.list(
                "path,label\nimages/1.png,dog\n/elsewhere/2.jpg,cat\n", in: folder)
            #expect(table.classes == ["cat", "dog"])
            #expect(table.labels == [1, 0])
            #expect(table.files == [images.appending(path: "1.png").path, "/elsewhere/2.jpg"])
            var random = SampleRandom(seed: 0, epoch: 0, index: 0)
            #expect(try table.sample(at: 0, random: &random).image.shape == [3, 11, 15])
            let lines = #"{"path": "a.jpg", "label": "b"}"# + "\n" + #"{"path": "b.jpg", "label": "a"}"# + "\n"
            #expect(try ImageListManifestTests.list(lines, as: "list.jsonl", in: folder).labels == [1, 0])
        }
    }

    @Test("integers are the labels themselves")
    func numbers() throws {
        try withTemporaryFolder { folder in
            let list = try ImageListManifestTests.list("path,label\na.png,7\nb.png,0\n", in: folder)
            #expect(list.labels == [7, 0])
            #expect(list.classes.isEmpty)
        }
    }

    @Test("names among numbers, and the other way around, are errors that name the file")
    func mixtures() throws {
        try withTemporaryFolder { folder in
            for text in ["path,label\na.png,cat\nb.png,7\nc.png,dog\n", "path,label\na.png,1\nb.png,x\nc.png,2\n"] {
                let error = try #require(throws: DataError.self) { try ImageListManifestTests.list(text, in: folder) }
                #expect(error.description.contains("b.png"))
            }
            // In quotes, a number is a name.
            let list = try ImageListManifestTests.list("path,label\na.png,cat\nb.png,\"7\"\n", in: folder)
            #expect(list.classes == ["7", "cat"])
        }
    }
}
