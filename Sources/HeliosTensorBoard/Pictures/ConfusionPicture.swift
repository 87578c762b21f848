import Foundation
import Helios

/// Draws a confusion matrix: a row for each true class, a column for each predicted one, the darker the greater the
/// part of the row's samples in it. With up to 30 classes, the counts and names are written beside.
struct ConfusionPicture {
    private typealias Color = (red: UInt8, green: UInt8, blue: UInt8)

    private let width: Int
    private let height: Int
    private var pixels: [UInt8]

    private static let greatestLabeledCount = 30
    private static let labelLength = 12
    private static let cellWithText = 38
    private static let margin = 8
    private static let black: Color = (32, 32, 32)
    private static let white: Color = (255, 255, 255)

    /// The picture of a matrix.
    static func picture(of confusion: LoggedConfusion) throws -> LoggedImage {
        let picture = ConfusionPicture(confusion)
        return try LoggedImage(pixels: picture.pixels, width: picture.width, height: picture.height, channels: 3)
    }

    /// What stands beside the picture: what is a row, and the names of the classes, which the picture may have no room
    /// for.
    static func description(of confusion: LoggedConfusion) -> String {
        let names = confusion.classes.prefix(100).joined(separator: ", ")
        let rest = confusion.classes.count > 100 ? ", …" : ""
        return "A row for each true class, a column for each predicted one: \(names)\(rest)."
    }

    private init(_ confusion: LoggedConfusion) {
        let count = confusion.classes.count
        let isLabeled = count <= ConfusionPicture.greatestLabeledCount
        let cell = isLabeled ? ConfusionPicture.cellWithText : max(1, 1000 / count)
        let longest = min(confusion.classes.map(\.count).max() ?? 0, ConfusionPicture.labelLength)
        let margin = ConfusionPicture.margin
        let left = isLabeled ? 2 * margin + longest * PixelFont.width : margin
        // Names above stand upright if they fit, and from the bottom up if not.
        let isUpright = longest * PixelFont.width <= cell
        let above = isUpright ? PixelFont.height : longest * PixelFont.width
        let top = isLabeled ? 2 * margin + above : margin
        width = left + count * cell + margin
        height = top + count * cell + margin
        pixels = [UInt8](repeating: 255, count: width * height * 3)
        for row in 0..<count {
            let counts = confusion.counts[row * count..<(row + 1) * count]
            let sum = counts.reduce(0) { $0 + ($1.isFinite ? max(0, $1) : 0) }
            for (column, value) in counts.enumerated() {
                let share = value.isFinite && sum > 0 ? min(max(value / sum, 0), 1) : 0
                let (x, y) = (left + column * cell, top + row * cell)
                fill(x, y, cell, gap: isLabeled ? 1 : 0, ConfusionPicture.shade(share))
                guard isLabeled else { continue }
                let text = ConfusionPicture.short(value)
                write(
                    text, x + (cell - text.count * PixelFont.width + 1) / 2, y + (cell - PixelFont.height) / 2,
                    share > 0.5 ? ConfusionPicture.white : ConfusionPicture.black)
            }
        }
        guard isLabeled else { return }
        for (index, name) in confusion.classes.enumerated() {
            let label = String(name.prefix(ConfusionPicture.labelLength))
            let size = label.count * PixelFont.width
            let start = index * cell
            write(
                label, left - margin / 2 - size, top + start + (cell - PixelFont.height) / 2, ConfusionPicture.black)
            if isUpright {
                write(
                    label, left + start + (cell - size + 1) / 2, top - margin / 2 - PixelFont.height,
                    ConfusionPicture.black)
            } else {
                write(
                    label, left + start + (cell - PixelFont.height) / 2, top - margin / 2, ConfusionPicture.black,
                    isTurned: true)
            }
        }
    }

    /// A count in at most six letters.
    static func short(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-inf" : "inf" }
        if value == value.rounded(), abs(value) < 100_000 { return String(Int(value)) }
        let text = String(format: "%.3g", value)
        return text.count <= 6 ? text : String(format: "%.0e", value)
    }

    /// From white to a dark blue.
    private static func shade(_ share: Double) -> Color {
        func mix(_ end: Double) -> UInt8 { UInt8(255 + (end - 255) * share) }
        return (mix(8), mix(64), mix(129))
    }

    private mutating func fill(_ x: Int, _ y: Int, _ size: Int, gap: Int, _ color: Color) {
        for row in y..<y + size - gap {
            for column in x..<x + size - gap { set(column, row, color) }
        }
        // A frame, so that white cells can be told from the ground.
        guard gap > 0 else { return }
        let gray: Color = (208, 208, 208)
        for offset in 0..<size {
            set(x + offset, y + size - 1, gray)
            set(x + size - 1, y + offset, gray)
            set(x + offset, y - 1, gray)
            set(x - 1, y + offset, gray)
        }
    }

    /// Writes a text to the right, or from the bottom up, beginning at a pixel.
    private mutating func write(_ text: String, _ x: Int, _ y: Int, _ color: Color, isTurned: Bool = false) {
        for (index, letter) in text.enumerated() {
            for (row, bits) in PixelFont.rows(of: letter).enumerated() {
                for column in 0..<5 where bits >> (4 - column) & 1 == 1 {
                    let along = index * PixelFont.width + column
                    if isTurned { set(x + row, y - 1 - along, color) } else { set(x + along, y + row, color) }
                }
            }
        }
    }

    private mutating func set(_ x: Int, _ y: Int, _ color: Color) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        let start = (y * width + x) * 3
        (pixels[start], pixels[start + 1], pixels[start + 2]) = color
    }
}
