import Foundation

/// What a file of TensorBoard's events is, but for times: two runs that did the same have the same.
public enum EventRecords {
    /// The records as texts, in which a byte that is no letter of ASCII is `\` and its number in hexadecimal digits.
    ///
    /// Left out are when each was written, checksums, and the records that are nothing but times: how long a step took,
    /// and when the run ended.
    ///
    /// - Throws: `EventRecordsError` if the file ends inside a record.
    public static func withoutTimes(_ file: URL) throws -> [String] {
        var rest = try Data(contentsOf: file)[...]
        var records: [String] = []
        while !rest.isEmpty {
            // The length and its checksum; the event; its checksum.
            let length = rest.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
            guard rest.count >= length + 16 else { throw EventRecordsError(file: file, records: records.count) }
            var event = rest.dropFirst(12).prefix(length)
            rest = rest.dropFirst(length + 16)
            // The first field is a double, the time.
            if event.first == 1 << 3 | 1 { event = event.dropFirst(9) }
            let text = event.map { (32..<127).contains($0) ? String(UnicodeScalar($0)) : "\\" + String($0, radix: 16) }
                .joined()
            if !["step_time", "session_end_info"].contains(where: text.contains) { records.append(text) }
        }
        return records
    }
}

struct EventRecordsError: Error {
    let file: URL
    let records: Int
}
