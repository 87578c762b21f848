import Foundation

/// Writes the numbers of a run to `<name>.csv` in the log folder, with a line for each: step, name, value, time.
///
/// ```
/// step,name,value,time
/// 10,train/loss,0.6931471805599453,1764389472.118
/// ```
/// A value that is infinite or not a number is written as `nan`, `inf`, or `-inf`. A name with a comma, a quotation
/// mark, or a line break is quoted as in RFC 4180. The time is in seconds since 1970. To get a table with a column for
/// each name in pandas, use `read_csv(file).pivot(index="step", columns="name", values="value")`.
public final class CSVLogger: RunLogger {
    public let id = "csv"
    public let supportedKinds: Set<LoggedKind> = [.scalar, .scalars]

    private var file: ResumableFile?
    private var buffer: [UInt8] = []

    /// Creates a logger that writes `<name>.csv` in the run's log folder.
    public init() {}

    public func open(_ run: LoggedRun) throws {
        let file = try ResumableFile(run.folder.appending(path: "\(run.name).csv"), run)
        try file.truncateToWholeLine()
        if file.length == 0 {
            do {
                try file.append(CSVLogger.header)
            } catch  where DiskRoom.isLacking(error) {
                run.warn("\(error); the run continues, and the table begins when there is room")
            }
        }
        self.file = file
    }

    private static let header = Array("step,name,value,time\n".utf8)

    public func write(_ records: [LogRecord]) throws {
        buffer.removeAll(keepingCapacity: true)
        // There was no room for the header.
        if file?.length == 0 { buffer += CSVLogger.header }
        for record in records {
            switch record.value {
            case .scalar(let value): buffer.append(record, record.name, value)
            case .scalars(let values):
                for (name, value) in values.sorted(by: { $0.key < $1.key }) {
                    buffer.append(record, "\(record.name)/\(name)", value)
                }
            default: continue
            }
        }
        try file?.append(buffer)
    }

    public func flush() throws {}

    public func stateDict() throws -> StateDict { file?.stateDict() ?? [:] }

    public func close() throws { (file, buffer) = (nil, []) }
}

extension [UInt8] {
    /// Appends the line of a number.
    fileprivate mutating func append(_ record: LogRecord, _ name: String, _ value: Double) {
        append(decimal: record.step)
        append(UInt8(ascii: ","))
        append(field: name)
        append(UInt8(ascii: ","))
        append(contentsOf: value.description.utf8)
        append(UInt8(ascii: ","))
        append(seconds: record.time)
        append(UInt8(ascii: "\n"))
    }

    private mutating func append(field text: String) {
        let needsQuotes = text.utf8.contains { byte in
            byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
        }
        if needsQuotes {
            append(contentsOf: "\"\(text.replacing("\"", with: "\"\""))\"".utf8)
        } else {
            append(contentsOf: text.utf8)
        }
    }

    /// Appends a whole number. Not by way of a `String`: a run may append millions.
    mutating func append(decimal number: Int) {
        if number < 0 { append(UInt8(ascii: "-")) }
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var rest = number.magnitude
            var start = digits.count
            repeat {
                start -= 1
                digits.initializeElement(at: start, to: UInt8(ascii: "0") + UInt8(rest % 10))
                rest /= 10
            } while rest > 0
            append(contentsOf: digits[start...])
        }
    }

    /// Appends a time in seconds with three decimals.
    mutating func append(seconds time: Double) {
        let milliseconds = Int((time * 1000).rounded())
        append(decimal: milliseconds / 1000)
        append(UInt8(ascii: "."))
        let rest = abs(milliseconds % 1000)
        append(UInt8(ascii: "0") + UInt8(rest / 100))
        append(UInt8(ascii: "0") + UInt8(rest / 10 % 10))
        append(UInt8(ascii: "0") + UInt8(rest % 10))
    }
}
