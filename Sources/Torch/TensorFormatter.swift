import Foundation

/// Lays out the elements of a tensor as PyTorch prints them, with PyTorch's default options.
struct TensorFormatter {
    /// The elements in row-major order.
    enum Elements {
        case numbers([Double])
        case complexNumbers(real: [Double], imaginary: [Double])
        /// Elements that are text already: integers and truth values.
        case words([String])
    }

    /// The width that lines are broken to.
    static let lineWidth = 80
    /// A tensor with more elements is abbreviated.
    static let longestWhole = 1000
    /// The number of places that are shown at each end of an abbreviated dimension.
    static let edgeCount = 3

    /// The elements as text, padded to one width.
    private let cells: [String]
    /// The width of one element in a line, with the comma and space behind it.
    private let cellWidth: Int
    private let shape: [Int]
    /// For each dimension, whether `...` stands between its first and last three places.
    private let abbreviated: [Bool]

    /// - Parameter shape: the shape of `elements`, after the middle of abbreviated dimensions was removed.
    init(elements: Elements, shape: [Int], abbreviated: [Bool]) {
        self.shape = shape
        self.abbreviated = abbreviated
        switch elements {
        case .words(let words):
            let width = words.reduce(1) { max($0, $1.utf8.count) }
            cells = words.map { padded($0, to: width) }
            cellWidth = width + 2
        case .numbers(let values):
            let notation = Notation(values)
            cells = values.map(notation.text)
            cellWidth = notation.width + 2
        case .complexNumbers(let real, let imaginary):
            let (first, second) = (Notation(real), Notation(imaginary))
            cells = zip(real, imaginary).map { real, imaginary in
                let right = String(second.text(imaginary).drop { $0 == " " }) + "j"
                return first.text(real) + (right.first == "-" ? "" : "+") + right
            }
            cellWidth = first.width + second.width + 3
        }
    }

    /// Returns the whole text, whose first line begins behind `indent` characters.
    func text(indent: Int) -> String {
        text(dim: 0, offset: 0, indent: indent)
    }

    private func text(dim: Int, offset: Int, indent: Int) -> String {
        guard dim < shape.count else { return cells[offset] }
        let isLast = dim == shape.count - 1
        let step = shape[(dim + 1)...].reduce(1, *)
        var parts = (0..<shape[dim]).map { place in
            isLast
                ? cells[offset + place]
                : text(dim: dim + 1, offset: offset + place * step, indent: indent + 1)
        }
        if abbreviated[dim] { parts.insert(isLast ? " ..." : "...", at: TensorFormatter.edgeCount) }
        let margin = String(repeating: " ", count: indent + 1)
        guard isLast else {
            let lineBreaks = String(repeating: "\n", count: shape.count - dim - 1)
            return "[" + parts.joined(separator: "," + lineBreaks + margin) + "]"
        }
        let lineLength = max(1, (TensorFormatter.lineWidth - indent) / cellWidth)
        let lines = stride(from: 0, to: parts.count, by: lineLength).map { start in
            parts[start..<min(start + lineLength, parts.count)].joined(separator: ", ")
        }
        return "[" + lines.joined(separator: ",\n" + margin) + "]"
    }
}

/// How the numbers of one tensor are written: with only a decimal point, with four digits, or with an exponent.
private struct Notation {
    private enum Style {
        case whole, fixed, scientific
    }

    private let style: Style
    let width: Int

    init(_ values: [Double]) {
        let counted = values.filter { $0.isFinite && $0 != 0 }
        let magnitudes = counted.map(\.magnitude)
        guard let least = magnitudes.min(), let greatest = magnitudes.max() else {
            style = .whole
            width = 1
            return
        }
        let style: Style
        if greatest / least > 1000 || greatest > 1e8 || least < 1e-4 {
            style = .scientific
        } else {
            style = counted.allSatisfy { $0 == $0.rounded(.up) } ? .whole : .fixed
        }
        self.style = style
        width = counted.reduce(1) { max($0, Notation.plainText($1, style).utf8.count) }
    }

    func text(_ value: Double) -> String {
        padded(Notation.plainText(value, style), to: width)
    }

    private static func plainText(_ value: Double, _ style: Style) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        return switch style {
        case .whole: String(format: "%.0f.", value)
        case .fixed: String(format: "%.4f", value)
        case .scientific: String(format: "%.4e", value)
        }
    }
}

private func padded(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
}
