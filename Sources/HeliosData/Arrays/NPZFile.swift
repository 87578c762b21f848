import Foundation
import Torch
import TorchSerialization

/// Several named arrays in NumPy's format `.npz`, read one by one.
///
/// ```swift
/// let file = try NPZFile(url)
/// let dataset = try TensorDataset(inputs: file.tensor("x"), targets: file.tensor("y"))
/// ```
/// The file stays open as long as this value exists. It can be read from several threads at a time.
public struct NPZFile: Sendable {
    /// The names of the arrays, in the order of the file.
    public let names: [String]
    private let file: DataFile
    private let archive: ZipArchive

    private static let suffix = ".npy"

    /// Opens a file of `numpy.savez` or `numpy.savez_compressed`, and reads which arrays it has.
    ///
    /// - Throws: `DataFileError` if the file does not exist, is damaged, or has anything but arrays.
    public init(_ url: URL) throws {
        let file = try DataFile(url, expecting: "a file of NumPy's arrays (.npz)")
        self.file = file
        (archive, names) = try naming(file.path) {
            let archive = try ZipArchive(file.source)
            let names = try archive.names.map { name in
                guard name.hasSuffix(NPZFile.suffix) else {
                    throw FormatFault.unsupported("it has the record '\(name.shortened)', which is not an array (.npy)")
                }
                return String(name.dropLast(NPZFile.suffix.count))
            }
            return (archive, names)
        }
    }

    /// Reads an array into memory, and compares it with its checksum.
    ///
    /// - Throws: `DataFileError` if there is none of this name, or it is damaged or holds anything but numbers.
    public func tensor(_ name: String) throws -> Tensor {
        try read(name) { record in
            let bytes = try archive.read(record)
            let (header, start) = try NPYHeader.read { offset, count in
                guard offset + count <= bytes.count else { throw FormatFault.invalid("it is incomplete") }
                return Array(bytes[offset..<offset + count])
            }
            try requireSize(header, bytes.count - start)
            return try NPYElements(header).tensor { buffer in
                bytes.withUnsafeBytes { buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start...])) }
            }
        }
    }

    /// Maps an array, under the conditions of `NPYFile.map`, and without checking its checksum. An array that is
    /// compressed, or whose elements are not aligned, is read.
    ///
    /// - Throws: as `tensor`.
    public func mappedTensor(_ name: String) throws -> Tensor {
        guard let offset = try read(name, { try archive.offset($0) }) else { return try tensor(name) }
        return try read(name) { record in
            let size = try archive.size(record)
            let (header, start) = try NPYHeader.read { position, count in
                guard position + count <= size else { throw FormatFault.invalid("it is incomplete") }
                return try file.source.read(at: offset + position, count: count)
            }
            try requireSize(header, size - start)
            return try NPYElements(header).map(file.source, at: offset + start)
        }
    }

    /// Reads all arrays of a file.
    public static func load(_ url: URL) throws -> [String: Tensor] {
        let file = try NPZFile(url)
        var tensors: [String: Tensor] = [:]
        for name in file.names { tensors[name] = try file.tensor(name) }
        return tensors
    }

    /// Writes named arrays, as a whole: a reader sees either the old file or the new one.
    ///
    /// - Parameters:
    ///   - tensors: of any device and layout. They are written in the order of their names.
    ///   - url: the file, which `numpy.load` reads.
    ///   - isCompressed: makes the file smaller, and writing much slower; a compressed array cannot be mapped.
    /// - Throws: `DataFileError` if NumPy does not have a type (`bfloat16` and those of 8 bits), or the system refuses.
    public static func save(_ tensors: [String: Tensor], to url: URL, isCompressed: Bool = false) throws {
        try naming(url.path) {
            try AtomicFile.write(url.filePath()) { file in
                let archive = ArchiveWriter(file, folder: "")
                for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
                    let header = try NPYFile.header(of: tensor)
                    let bytes = try tensor.withContiguousBytes { header + $0 }
                    if isCompressed {
                        try archive.addCompressed(name + suffix, bytes)
                    } else {
                        try bytes.withUnsafeBytes { try archive.add(name + suffix, $0) }
                    }
                }
                try archive.writeDirectory()
            }
        }
    }

    private func requireSize(_ header: NPYHeader, _ byteCount: Int) throws {
        guard try Tensor.byteCount(shape: header.shape, dtype: header.dtype) == byteCount else {
            throw FormatFault.invalid("it is damaged or incomplete: its size is not that of its shape")
        }
    }

    /// Runs `body` with the name of an array's record, and makes its errors name the array.
    private func read<Result>(_ name: String, _ body: (String) throws -> Result) throws(DataFileError) -> Result {
        guard names.contains(name) else {
            let known = names.prefix(20).map { "'\($0.shortened)'" }.joined(separator: ", ")
            throw file.fault("has no array '\(name.shortened)'; it has \(known.isEmpty ? "none" : known)")
        }
        do {
            return try body(name + NPZFile.suffix)
        } catch {
            let error = DataFileError(path: file.path, error)
            throw DataFileError(
                path: file.path, reason: "the array '\(name.shortened)': \(error.reason)", kind: error.kind)
        }
    }
}
