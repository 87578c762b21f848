import Foundation

// PNG files, as RFC 2083 describes them.
extension LoggedImage {
    /// The image as the bytes of a PNG file: those that it was made of, or those of its pixels.
    package func pngData() -> Data {
        if let png { return png }
        var file = Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        // Eight bits for each channel, and no interlacing.
        let colorType: UInt8 = [0, 4, 2, 6][channels - 1]
        file.append(
            chunk: "IHDR",
            UInt32(width).bigEndianBytes + UInt32(height).bigEndianBytes + [8, colorType, 0, 0, 0])
        file.append(chunk: "IDAT", Zlib.compress(filteredRows))
        file.append(chunk: "IEND", [])
        return file
    }

    /// The rows, each as differences from the pixels on the left, from the row above, or from zero, whichever has the
    /// smallest sum, since small numbers compress best. A byte before each row says which it is.
    private var filteredRows: [UInt8] {
        guard let pixels else { return [] }
        let (rowCount, step) = (width * channels, channels)
        var rows: [UInt8] = []
        rows.reserveCapacity(height * (rowCount + 1))
        let nothing = [UInt8](repeating: 0, count: rowCount + step)
        pixels.withUnsafeBufferPointer { pixels in
            nothing.withUnsafeBufferPointer { nothing in
                for y in 0..<height {
                    let row = pixels[y * rowCount..<(y + 1) * rowCount]
                    let none = nothing[..<rowCount]
                    let above = y == 0 ? none : pixels[(y - 1) * rowCount..<y * rowCount]
                    let sums = [
                        sum(row, none, shift: 0), sum(row, row, shift: step), sum(row, above, shift: 0),
                    ]
                    let best = sums.indices.min { sums[$0] < sums[$1] } ?? 0
                    rows.append(UInt8(best))
                    append(row, [none, row, above][best], shift: best == 1 ? step : 0, to: &rows)
                }
            }
        }
        return rows
    }

    private typealias Row = Slice<UnsafeBufferPointer<UInt8>>

    /// The sum of the differences' absolute values, taken as numbers from -128 to 127.
    private func sum(_ row: Row, _ other: Row, shift: Int) -> Int {
        var sum = 0
        for x in 0..<row.count {
            let before = x < shift ? 0 : other[other.startIndex + x - shift]
            sum += Int(Int8(bitPattern: row[row.startIndex + x] &- before).magnitude)
        }
        return sum
    }

    private func append(_ row: Row, _ other: Row, shift: Int, to rows: inout [UInt8]) {
        for x in 0..<row.count {
            let before = x < shift ? 0 : other[other.startIndex + x - shift]
            rows.append(row[row.startIndex + x] &- before)
        }
    }
}

extension Data {
    /// Appends a part of a PNG file: the number of bytes, the type, the bytes, and the checksum of the last two.
    fileprivate mutating func append(chunk type: String, _ bytes: [UInt8]) {
        let contents = Array(type.utf8) + bytes
        append(contentsOf: UInt32(bytes.count).bigEndianBytes)
        append(contentsOf: contents)
        append(contentsOf: contents.withUnsafeBytes { Checksum($0).value }.bigEndianBytes)
    }
}

extension UInt32 {
    fileprivate var bigEndianBytes: [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> $0) }
    }
}
