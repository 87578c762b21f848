import Foundation
import Torch
import TorchSerialization

/// Arrays in NumPy's format `.npy`.
///
/// All types of numbers that libtorch has are read, in both orders of bytes and both orders of dimensions, from the
/// versions 1 to 3 of the format. Python objects, texts, dates and records of several fields are errors.
public enum NPYFile {
    /// Reads an array into memory.
    ///
    /// - Parameter url: a file that `numpy.save` or `save` wrote.
    /// - Returns: a tensor of the array's shape and type. If the array is in Fortran's order, so are the tensor's
    ///   strides.
    /// - Throws: `DataFileError` if the file does not exist, is damaged, or holds anything but numbers.
    public static func load(_ url: URL) throws -> Tensor {
        let (file, header, start) = try open(url)
        return try naming(file.path) {
            try NPYElements(header).tensor { try file.source.read(at: start, into: $0) }
        }
    }

    /// Returns an array without copying it: its elements lie in the file, and each page is read when it is first
    /// touched. An array whose bytes are in another order than this machine's is read, and so is one that does not
    /// begin at a multiple of its elements' size.
    ///
    /// Writing into the tensor does not change the file. The file may be deleted or replaced, but it must not be
    /// truncated or written to as long as the tensor lives: the process ends if it touches elements that are no longer
    /// there.
    ///
    /// - Throws: as `load`.
    public static func map(_ url: URL) throws -> Tensor {
        let (file, header, start) = try open(url)
        return try naming(file.path) { try NPYElements(header).map(file.source, at: start) }
    }

    /// Writes an array, as a whole: a reader sees either the old file or the new one.
    ///
    /// - Parameters:
    ///   - tensor: of any device and layout; it is written in the order of its indices.
    ///   - url: the file, which `numpy.load` reads.
    /// - Throws: `DataFileError` if NumPy does not have the type (`bfloat16` and those of 8 bits), or the system
    ///   refuses.
    public static func save(_ tensor: Tensor, to url: URL) throws {
        try naming(url.path) {
            let path = try url.filePath()
            let header = try NPYFile.header(of: tensor)
            try tensor.withContiguousBytes { bytes in
                try AtomicFile.write(path) { file in
                    try header.withUnsafeBytes { try file.add($0) }
                    try file.add(bytes)
                }
            }
        }
    }

    /// The header of a file with a tensor's elements in the order of their indices.
    static func header(of tensor: Tensor) throws -> [UInt8] {
        guard let header = NPYHeader(dtype: tensor.dtype, shape: tensor.shape).bytes else {
            throw DataError(
                "NumPy has no type \(tensor.dtype): convert the tensor first, for example to float32, or write a "
                    + "safetensors file")
        }
        return header
    }

    /// Opens a file, and compares its size with what its header says.
    private static func open(_ url: URL) throws -> (DataFile, NPYHeader, start: Int) {
        let file = try DataFile(url, expecting: "an array of NumPy (.npy)")
        return try naming(file.path) {
            let (header, start) = try NPYHeader.read { try file.source.read(at: $0, count: $1) }
            let byteCount = try Tensor.byteCount(shape: header.shape, dtype: header.dtype)
            guard byteCount == file.size - start else {
                throw FormatFault.invalid(
                    "it is damaged or incomplete: \(header.dtype)\(String(describing: header.shape).shortened) takes "
                        + "\(byteCount) bytes and it has \(file.size - start)")
            }
            return (file, header, start)
        }
    }
}

/// The elements that a header describes.
struct NPYElements {
    private let header: NPYHeader

    init(_ header: NPYHeader) {
        self.header = header
    }

    /// A tensor of elements that `fill` reads.
    func tensor(_ fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws -> Tensor {
        let shape = header.isFortran ? header.shape.reversed() : header.shape
        let tensor = try Tensor.filled(shape: shape, dtype: header.dtype) { bytes in
            try fill(bytes)
            bytes.turnAround(unit: NPYHeader.unit(of: header.dtype), from: header.order)
            try requireBooleans(UnsafeRawBufferPointer(bytes))
        }
        return header.isFortran ? try tensor.permute(Array((0..<shape.count).reversed())) : tensor
    }

    /// A tensor that is mapped from an offset in a file, or that is read if mapping is impossible.
    func map(_ source: FileSource, at offset: Int) throws -> Tensor {
        let byteCount = try Tensor.byteCount(shape: header.shape, dtype: header.dtype)
        guard header.order == .machine, byteCount > 0, offset.isMultiple(of: header.dtype.byteCount ?? 1) else {
            return try tensor { try source.read(at: offset, into: $0) }
        }
        let memory = try source.map(at: offset, count: byteCount)
        try requireBooleans(memory.bytes)
        let shape = header.isFortran ? header.shape.reversed() : header.shape
        let tensor = try Tensor.over(memory, shape: shape, dtype: header.dtype)
        return header.isFortran ? try tensor.permute(Array((0..<shape.count).reversed())) : tensor
    }

    /// Throws for a truth value other than 0 or 1, which libtorch would not treat consistently.
    private func requireBooleans(_ bytes: UnsafeRawBufferPointer) throws {
        guard header.dtype == .bool, let position = bytes.firstIndex(where: { $0 > 1 }) else { return }
        throw FormatFault.invalid("it is damaged: its truth value \(position) is the byte \(bytes[position])")
    }
}
