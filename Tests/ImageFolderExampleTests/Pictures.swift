import Foundation
import Helios
import HeliosVision

/// Small pictures to train with.
enum Pictures {
    /// Writes two classes, `blue` and `red`, with noise, half of them as JPEG and half as PNG.
    ///
    /// - Parameter count: how many there are of each.
    /// - Returns: the folder.
    static func write(to folder: URL, count: Int = 10) throws -> URL {
        try write("red", count: count, to: folder, channel: 0)
        try write("blue", count: count, to: folder, channel: 2)
        return folder
    }

    static func write(_ name: String, count: Int, to folder: URL, channel: Int = 1) throws {
        let classFolder = folder.appending(path: name)
        try FileManager.default.createDirectory(at: classFolder, withIntermediateDirectories: true)
        let generator = try Generator(seed: 1)
        for number in 0..<count {
            let picture = try Tensor.randint(high: 100, size: [3, 80, 72], generator: generator, dtype: .uint8)
            _ = try picture[channel].add_(120)
            let file = classFolder.appending(path: "\(number).\(number.isMultiple(of: 2) ? "jpg" : "png")")
            try Images.save(picture, to: file)
        }
    }

    /// Adds files that are no images, or damaged ones. Returns their names.
    static func addBrokenFiles(to folder: URL) throws -> [String] {
        let whole = try Data(contentsOf: folder.appending(path: "red/0.jpg"))
        let files = [
            "red/empty.jpg": Data(), "red/half.jpg": whole.prefix(whole.count / 2),
            "blue/text.png": Data("this is no picture".utf8),
        ]
        for (name, data) in files { try data.write(to: folder.appending(path: name)) }
        return files.keys.sorted()
    }
}
