import Foundation

/// Says what is under way, beside the tables.
public func report(_ line: String) {
    FileHandle.standardError.write(Data("\(line)\n".utf8))
}

/// A row of a Markdown table.
public func row(_ cells: [String]) -> String {
    "| \(cells.joined(separator: " | ")) |"
}

/// A number of things, with groups of three digits.
public func grouped(_ count: Int) -> String {
    count.formatted(.number.locale(Locale(identifier: "en_US")))
}
