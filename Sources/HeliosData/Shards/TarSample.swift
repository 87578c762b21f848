import Foundation
import Torch
import TorchSerialization

/// The files of one sample in a shard, by the ends of their names: `0007.jpg` and `0007.cls` are the fields `jpg` and
/// `cls` of the sample `0007`.
public struct TarSample: Sendable {
    /// What the names of all of its files begin with, up to the first dot of the last part, as in `train/0007`.
    public let key: String
    /// The path of the shard.
    public let shard: String
    /// The contents of the files by what follows the first dot of their names, as in `jpg` or `seg.png`.
    public let fields: [String: [UInt8]]

    /// The contents of the first of some fields that is there, for example of `jpg`, `jpeg` and `png`.
    ///
    /// - Throws: `DataFileError` if none is there.
    public func bytes(_ names: String...) throws -> [UInt8] {
        for name in names { if let bytes = fields[name] { return bytes } }
        throw fault(
            "has no file '\(names.joined(separator: "' or '"))'; it has "
                + fields.keys.sorted().map { "'\($0.shortened)'" }.joined(separator: ", "))
    }

    /// The text in a field, without white space around it.
    ///
    /// - Throws: `DataFileError` if the field is not there, or not in UTF-8.
    public func text(_ name: String) throws -> String {
        guard let text = String(validating: try bytes(name), as: UTF8.self) else {
            throw fault("its '\(name.shortened)' is not text in UTF-8")
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The integer that a field spells, such as the class in `cls`.
    ///
    /// - Throws: `DataFileError` if the field is not there, or spells none.
    public func integer(_ name: String) throws -> Int {
        let text = try text(name)
        guard let number = Int(text) else {
            throw fault("its '\(name.shortened)' holds '\(text.shortened)', which is no integer")
        }
        return number
    }

    /// The object that a field has in JSON.
    ///
    /// - Throws: `DataFileError` if the field is not there, or is no object.
    public func json(_ name: String = "json") throws -> [String: DataValue] {
        do {
            guard case .object(let object) = DataValue(try JSONReader.parse(try bytes(name))) else {
                throw fault("its '\(name.shortened)' is not a JSON object")
            }
            return object
        } catch let error as JSONFault {
            throw fault("its '\(name.shortened)' is damaged at byte \(error.position): \(error.what)")
        }
    }

    /// An error about this sample.
    public func fault(_ reason: String) -> DataFileError {
        DataFileError(path: shard, reason: "the sample '\(key.shortened)' \(reason)")
    }

    /// The key and the field of a file in a shard; `nil` for one that belongs to no sample: a hidden file, or one
    /// without a dot in its name.
    static func parts(of name: String) -> (key: String, field: String)? {
        let scalars = name.unicodeScalars
        let base = scalars.lastIndex(of: "/").map { scalars.index(after: $0) } ?? scalars.startIndex
        guard let point = scalars[base...].firstIndex(of: "."), point > base else { return nil }
        let field = String(scalars[scalars.index(after: point)...])
        return field.isEmpty ? nil : (String(scalars[..<point]), field)
    }
}
