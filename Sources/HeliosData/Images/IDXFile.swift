import Foundation
import Torch
import TorchSerialization

/// Arrays in the format IDX, in which MNIST is published.
public enum IDXFile {
    /// Reads an array.
    ///
    /// The format is that of the MNIST database (Y. LeCun, C. Cortes, C. Burges): two zero bytes, the type, the number
    /// of dimensions, their sizes and the elements, with the highest byte first.
    ///
    /// - Parameter url: the file, plain or packed by gzip.
    /// - Returns: a tensor of the array's shape, of type uint8, int8, int16, int32, float32 or float64.
    /// - Throws: `DataFileError` if the file does not exist, is damaged, or is not of this format.
    public static func load(_ url: URL) throws -> Tensor {
        try load(DataFile(url, expecting: "an array in the format IDX"))
    }

    static func load(_ file: DataFile) throws -> Tensor {
        let stream = try ByteStream(file)
        let start = try stream.bytes(4, of: "its header")
        guard start[0] == 0, start[1] == 0, let dtype = types[start[2]] else {
            throw file.fault("it is not an IDX file: it begins with the bytes \(start)")
        }
        let sizes = try stream.bytes(4 * Int(start[3]), of: "its header")
        let shape = (0..<Int(start[3])).map { dim in
            sizes[4 * dim..<4 * dim + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        return try naming(file.path) {
            let byteCount = try Tensor.byteCount(shape: shape, dtype: dtype)
            guard byteCount <= stream.greatestRest else {
                throw FormatFault.invalid(
                    "it is damaged or incomplete: \(dtype)\(shape) takes \(byteCount) bytes, and there are fewer")
            }
            let tensor = try Tensor.filled(shape: shape, dtype: dtype) { bytes in
                try stream.fill(bytes, with: "\(dtype)\(shape)")
                bytes.turnAround(unit: dtype.byteCount ?? 1, from: .bigEndian)
            }
            try stream.requireEnd()
            return tensor
        }
    }

    private static let types: [UInt8: DType] = [
        0x08: .uint8, 0x09: .int8, 0x0B: .int16, 0x0C: .int32, 0x0D: .float32, 0x0E: .float64,
    ]
}
