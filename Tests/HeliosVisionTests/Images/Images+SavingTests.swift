import Foundation
import HeliosVision
import TestSupport
import Testing
import Torch

@Suite("Images.save")
struct ImagesSavingTests {
    @Test("what is saved is loaded again, in the format of the name")
    func roundTrip() throws {
        try withTemporaryFolder { folder in
            let image = try noise(channels: 3, height: 9, width: 12)
            let (png, jpeg) = (folder.appending(path: "a.png"), folder.appending(path: "a.jpeg"))
            try Images.save(image, to: png)
            #expect(try Images.load(png).equal(image))
            try Images.save(image, to: jpeg)
            #expect(try ImageFile(jpeg).format == .jpeg)
            // A file is replaced, and the encoding may be given.
            try Images.save(image, to: jpeg, as: .png(compression: 1))
            #expect(try Images.load(jpeg).equal(image))
            try Images.save(image.to(.float32) / 255, to: png)
            #expect(try Images.load(png).equal(image))
            #expect(folder.filesBelow == ["a.jpeg", "a.png"])
        }
    }

    @Test("16 bits stay in a PNG, and become 8 in a JPEG")
    func sixteenBits() throws {
        try withTemporaryFolder { folder in
            let image = try Tensor((0..<64).map { UInt16($0 * 1000) }, shape: [8, 8])
            let (png, jpeg) = (folder.appending(path: "a.png"), folder.appending(path: "a.jpg"))
            try Images.save(image, to: png)
            #expect(try Images.load(png).flatten().array(UInt16.self) == image.flatten().array(UInt16.self))
            try Images.save(image, to: jpeg)
            #expect(try ImageFile(jpeg).channelCount == 1)
        }
    }

    @Test("batches and lists become grids")
    func grids() throws {
        try withTemporaryFolder { folder in
            let images = try (0..<5).map { try noise(channels: 3, height: 6, width: 4, seed: $0) }
            let (first, second) = (folder.appending(path: "1.png"), folder.appending(path: "2.png"))
            try Images.save(Tensor.stack(images), to: first)
            try Images.save(images, to: second)
            let grid = try Images.grid(images)
            #expect(try Images.load(first).equal(grid))
            #expect(try Images.load(second).equal(grid))
        }
    }

    @Test("errors name the file")
    func errors() throws {
        try withTemporaryFolder { folder in
            let image = try noise(channels: 3, height: 6, width: 4)
            for name in ["none/a.png", "a.gif"] {
                let url = folder.appending(path: name)
                let error = try #require(throws: ImageError.self) { try Images.save(image, to: url) }
                #expect(error.path == url.path)
            }
            let url = folder.appending(path: "a.jpg")
            let error = try #require(throws: ImageError.self) {
                try Images.save(noise(channels: 4, height: 2, width: 2), to: url)
            }
            #expect(error.path == url.path && error.kind == .argument)
            #expect(folder.filesBelow == [])
        }
    }
}
