import Foundation
import TorchSerialization

/// What a run needs to know of an events file that it adds to.
package struct EventsFileContents {
    /// How many bytes the whole records have, up to the first that is damaged.
    package private(set) var length = 0
    /// How many bytes the file has, or those that were asked for.
    package private(set) var byteCount = 0
    /// The names of the charts with several curves, in the order in which they were first logged.
    package private(set) var charts: [String] = []

    /// An empty file.
    init() {}

    /// The contents of a file; those of an empty one if it does not exist.
    ///
    /// - Parameter limit: where to end, in bytes.
    /// - Throws: `TensorBoardError` if it cannot be read.
    package init(_ path: String, upTo limit: Int) throws {
        guard SystemPath.status(path) != nil else { return }
        let reader = try RecordReader(path, upTo: limit)
        while let bytes = try reader.next() {
            // Only a few records are of interest, and decoding all would take long.
            guard EventsFileContents.tag(of: bytes)?.elementsEqual(ChartLayout.tag.utf8) == true,
                let event = try? TBEvent(serializedBytes: Array(bytes)), let charts = ChartLayout.charts(in: event)
            else { continue }
            self.charts = charts
        }
        length = reader.position
        byteCount = min(reader.byteCount, limit)
    }

    /// The tag of the first value of an event; `nil` if it has none.
    static func tag(of event: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        // An event's summary has number 5, the summary's values 1, and a value's tag 1.
        var bytes = event
        for number in [UInt64(5), 1, 1] {
            guard let field = field(number, of: bytes) else { return nil }
            bytes = field
        }
        return bytes
    }

    /// The first field of a number that has a length.
    private static func field(_ number: UInt64, of message: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        var rest = message
        while let key = varint(&rest) {
            switch key & 7 {
            case 0:
                guard varint(&rest) != nil else { return nil }
            case 1, 5:
                let size = key & 7 == 1 ? 8 : 4
                guard rest.count >= size else { return nil }
                rest.removeFirst(size)
            case 2:
                guard let size = varint(&rest), size <= UInt64(rest.count) else { return nil }
                if key >> 3 == number { return rest.prefix(Int(size)) }
                rest.removeFirst(Int(size))
            default: return nil
            }
        }
        return nil
    }

    private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            guard let byte = bytes.popFirst() else { return nil }
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return result }
        }
        return nil
    }
}
