import Foundation

/// Numbers in a form for readers.
enum Quantity {
    /// A number of bytes in units of 1000: `950 B`, `1.25 MB`.
    static func bytes(_ count: Int) -> String {
        let units = ["kB", "MB", "GB", "TB", "PB", "EB"]
        guard count >= 1000 else { return "\(count) B" }
        var value = Double(count) / 1000
        var unit = 0
        // A number that would be rounded to 1000 becomes one of the next unit.
        while value >= 999.5, unit < units.count - 1 {
            value /= 1000
            unit += 1
        }
        let digits = value < 9.995 ? 2 : value < 99.95 ? 1 : 0
        return String(format: "%.\(digits)f ", value) + units[unit]
    }

    /// A count with separated thousands: `1,234,567`.
    static func count(_ count: Int) -> String {
        var groups: [Substring] = []
        var digits = String(count.magnitude)[...]
        while digits.count > 3 {
            groups.insert(digits.suffix(3), at: 0)
            digits = digits.dropLast(3)
        }
        groups.insert(digits, at: 0)
        return (count < 0 ? "-" : "") + groups.joined(separator: ",")
    }

    /// `1 tensor`, `2 tensors`.
    static func count(_ number: Int, _ noun: String, plural: String? = nil) -> String {
        "\(count(number)) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    /// A difference in short form: `1.2e-07`.
    static func difference(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e6 ? String(format: "%.0f", value) : String(format: "%.3g", value)
    }
}
