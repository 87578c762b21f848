import Foundation
import Helios
import SwiftProtobuf
import Torch

/// The embeddings of a run, as the page "Projector" finds them: tables and a picture in files of their own, and
/// `projector_config.pbtxt`, which lists them.
struct Projector {
    private let folder: URL
    private let warn: @Sendable (String) -> Void
    private var config = TBProjectorConfig()

    /// TensorBoard shows no larger picture.
    private static let greatestSprite = 8192
    private static let key = "embeddings"

    private var configFile: URL { folder.appending(path: "projector_config.pbtxt") }

    /// Begins with what a run has of an earlier one.
    ///
    /// - Throws: `TensorBoardError` if the list cannot be read or written, `StateDictError` if the
    ///   checkpoint's is damaged.
    init(_ run: LoggedRun, in folder: URL) throws {
        self.folder = folder
        warn = run.warn
        let exists = FileManager.default.fileExists(atPath: configFile.path)
        let existing = try? String(contentsOf: configFile, encoding: .utf8)
        switch run.start {
        case .new: config = TBProjectorConfig()
        case .resumed(let state):
            guard state[.string(Projector.key)] != nil else { break }
            do {
                config = try TBProjectorConfig(textFormatString: state.string(Projector.key))
            } catch is TextFormatDecodingError {
                throw StateDictError("the list of embeddings for TensorBoard is damaged")
            }
        case .added:
            guard exists else { break }
            do {
                config = try TBProjectorConfig(textFormatString: String(contentsOf: configFile, encoding: .utf8))
            } catch {
                throw TensorBoardError.cannotRead(configFile.path, error)
            }
        }
        if config.embeddings.isEmpty {
            if exists { try writing(configFile) { try FileManager.default.removeItem(at: $0) } }
        } else if config.textFormatString() != existing {
            try writeConfig()
        }
    }

    /// What a checkpoint must have.
    var state: (key: String, value: StateValue)? {
        config.embeddings.isEmpty ? nil : (Projector.key, .string(config.textFormatString()))
    }

    /// Adds an embedding, in place of one of the same name and step.
    ///
    /// - Throws: `TensorBoardError` if a file cannot be written.
    mutating func add(_ name: String, step: Int, _ embedding: LoggedEmbedding) throws {
        let path = "embeddings/\(Projector.fileName(name))/\(step)"
        let place = folder.appending(path: path)
        try writing(place) { try FileManager.default.createDirectory(at: $0, withIntermediateDirectories: true) }
        var info = TBEmbeddingInfo()
        info.tensorName = "\(name):\(step)"
        info.tensorShape = [UInt32(clamping: embedding.count), UInt32(clamping: embedding.dimensions)]
        info.tensorPath = "\(path)/tensors.tsv"
        try write(table(of: embedding), to: place.appending(path: "tensors.tsv"))
        if !embedding.labels.isEmpty {
            info.metadataPath = "\(path)/metadata.tsv"
            // A line for each point, in a table of one column.
            let lines = embedding.labels.map { label in
                let line = label.split(whereSeparator: { $0.isNewline || $0 == "\t" }).joined(separator: " ")
                return line.allSatisfy(\.isWhitespace) ? "(none)\n" : "\(line)\n"
            }
            try write(Data(lines.joined().utf8), to: place.appending(path: "metadata.tsv"))
        }
        if let sprite = try sprite(of: embedding, name) {
            info.sprite.imagePath = "\(path)/sprite.png"
            info.sprite.singleImageDim = [
                UInt32(clamping: embedding.images[0].width), UInt32(clamping: embedding.images[0].height),
            ]
            try write(sprite.pngData(), to: place.appending(path: "sprite.png"))
        }
        config.embeddings.removeAll { $0.tensorName == info.tensorName }
        config.embeddings.append(info)
        try writeConfig()
    }

    // MARK: Files

    private func table(of embedding: LoggedEmbedding) -> Data {
        var text = ""
        for (index, value) in embedding.values.enumerated() {
            text += "\(value)\((index + 1) % embedding.dimensions == 0 ? "\n" : "\t")"
        }
        return Data(text.utf8)
    }

    /// All pictures in one, in as many rows as columns.
    private func sprite(of embedding: LoggedEmbedding, _ name: String) throws -> LoggedImage? {
        guard let first = embedding.images.first else { return nil }
        let columns = Int(Double(embedding.images.count).squareRoot().rounded(.up))
        guard max(columns * first.width, columns * first.height) <= Projector.greatestSprite else {
            warn(
                "TensorBoard shows the points of '\(VisibleText.of(name))' without their pictures, which together would be "
                    + "more than \(Projector.greatestSprite) pixels wide or high: log fewer or smaller ones")
            return nil
        }
        return try ImageGrid.layOut(embedding.images, columns: columns, padding: 0)
    }

    private func writeConfig() throws {
        try write(Data(config.textFormatString().utf8), to: configFile)
    }

    private func write(_ contents: Data, to url: URL) throws {
        try writing(url) { try contents.write(to: $0, options: .atomic) }
    }

    private func writing(_ url: URL, _ body: (URL) throws -> Void) throws {
        do { try body(url) } catch { throw TensorBoardError.cannotWrite(url.path, error) }
    }

    /// A name that a folder can have: letters, digits and a few signs stay, other bytes become `%` and two digits, and
    /// a long name is cut off and told from others by a number.
    static func fileName(_ name: String) -> String {
        var result = ""
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                result.append(Character(UnicodeScalar(byte)))
            default: result += "%" + String(byte >> 4, radix: 16) + String(byte & 0xF, radix: 16)
            }
        }
        guard result.count > 100 else { return result.isEmpty ? "%" : result }
        return "\(result.prefix(80))-\(String(FNV1a.hash(name.utf8), radix: 16))"
    }
}
