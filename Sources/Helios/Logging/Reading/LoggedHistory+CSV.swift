// Reads what `CSVLogger` writes.
extension LoggedHistory {
    /// How many bytes a line may have.
    private static let longestRow = 1 << 16

    /// Adds the numbers of a table with the columns `step`, `name`, `value` and, if there is one, `time`, in any order.
    /// Rows that are broken are left out, and noted.
    ///
    /// - Throws: `FileAccessError` if the file cannot be read.
    package mutating func readCSV(_ path: String) throws {
        var columns: Columns?
        var isForeign = false
        // A field in quotation marks may have line breaks, so a row may have several lines.
        var pending: [UInt8] = []
        var isOpen = false
        try LineReader(path, limit: LoggedHistory.longestRow).forEach { line in
            guard !isForeign else { return }
            if line.isTooLong || pending.count + line.bytes.count > LoggedHistory.longestRow {
                omit("a row was left out since it is longer than \(LoggedHistory.longestRow >> 10) KiB")
                (pending, isOpen) = ([], false)
                return
            }
            if isOpen { pending.append(0x0A) }
            pending += line.bytes
            for byte in line.bytes where byte == UInt8(ascii: "\"") { isOpen.toggle() }
            guard !isOpen else { return }
            let fields = CSVRow.fields(pending)
            pending.removeAll(keepingCapacity: true)
            guard let known = columns else {
                columns = Columns(fields)
                isForeign = columns == nil
                return
            }
            if !line.isEnded {
                omit(
                    "the last row is incomplete, and was left out: the run was stopped while it wrote it, or still writes"
                )
            } else if fields != [""], !add(fields, known) {
                omit("a row that is no record of a log was left out")
            }
        }
        if isForeign { omit("the first row does not name the columns step, name and value, so nothing was read") }
        if isOpen { omit("the last row has a quotation mark without a second one, and was left out") }
    }

    /// Where a row has what.
    private struct Columns {
        let step: Int, name: Int, value: Int
        let time: Int?
        let count: Int

        init?(_ names: [String]) {
            guard let step = names.firstIndex(of: "step"), let name = names.firstIndex(of: "name"),
                let value = names.firstIndex(of: "value")
            else { return nil }
            (self.step, self.name, self.value) = (step, name, value)
            time = names.firstIndex(of: "time")
            count = names.count
        }
    }

    private mutating func add(_ fields: [String], _ columns: Columns) -> Bool {
        guard fields.count == columns.count, let step = Int(fields[columns.step]),
            let value = Double(fields[columns.value])
        else { return false }
        let time = columns.time.flatMap { Double(fields[$0]) } ?? .nan
        add(value, fields[columns.name], step: step, time: time)
        return true
    }
}

/// A row of a table in the form of RFC 4180.
enum CSVRow {
    /// The fields of a row, in which quotation marks come in pairs.
    static func fields(_ row: [UInt8]) -> [String] {
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        // Tells a quotation mark inside a field, which is doubled, from the one at its end.
        var hasJustEnded = false
        for byte in row.last == 0x0D ? row.dropLast() : row[...] {
            switch byte {
            case UInt8(ascii: "\""):
                if hasJustEnded { field.append(byte) }
                isQuoted.toggle()
                hasJustEnded = !isQuoted
                continue
            case UInt8(ascii: ",") where !isQuoted:
                fields.append(String(decoding: field, as: UTF8.self))
                field.removeAll(keepingCapacity: true)
            default: field.append(byte)
            }
            hasJustEnded = false
        }
        return fields + [String(decoding: field, as: UTF8.self)]
    }
}
