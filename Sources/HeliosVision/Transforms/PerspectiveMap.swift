import Helios

/// A map of points (x, y) to ((a·x + b·y + c) / (g·x + h·y + 1), (d·x + e·y + f) / (g·x + h·y + 1)).
struct PerspectiveMap: Equatable {
    /// a, b, c, d, e, f, g, h.
    let coefficients: [Double]

    /// A point in an image.
    typealias Point = (x: Double, y: Double)

    /// The map that takes each of four points to another.
    ///
    /// - Throws: `DataError` if there is none, since three of the points are on a line.
    init(from starts: [Point], to ends: [Point]) throws {
        let problem = DataError("perspective: four points are needed, no three of them on a line")
        guard starts.count == 4, ends.count == 4 else { throw problem }
        // Two linear equations for each point: x' (g·x + h·y + 1) = a·x + b·y + c, and the same for y'.
        var rows: [[Double]] = []
        for (start, end) in zip(starts, ends) {
            rows.append([start.x, start.y, 1, 0, 0, 0, -end.x * start.x, -end.x * start.y, end.x])
            rows.append([0, 0, 0, start.x, start.y, 1, -end.y * start.x, -end.y * start.y, end.y])
        }
        for column in 0..<8 {
            let pivot = (column..<8).max { abs(rows[$0][column]) < abs(rows[$1][column]) } ?? column
            guard abs(rows[pivot][column]) > 1e-9 else { throw problem }
            rows.swapAt(column, pivot)
            for row in 0..<8 where row != column {
                let factor = rows[row][column] / rows[column][column]
                for k in column..<9 { rows[row][k] -= factor * rows[column][k] }
            }
        }
        // In single precision, as torchvision has them.
        coefficients = (0..<8).map { Double(Float(rows[$0][8] / rows[$0][$0])) }
        guard coefficients.allSatisfy(\.isFinite) else { throw problem }
    }

    private init(coefficients: [Double]) {
        self.coefficients = coefficients
    }

    /// The map back.
    ///
    /// - Throws: `DataError` if the map takes all points to a line.
    func inverse() throws -> PerspectiveMap {
        let (a, b, c) = (coefficients[0], coefficients[1], coefficients[2])
        let (d, e, f) = (coefficients[3], coefficients[4], coefficients[5])
        let (g, h) = (coefficients[6], coefficients[7])
        let scale = a * e - b * d
        guard scale != 0 else { throw DataError("perspective: the map takes all points to a line") }
        return PerspectiveMap(
            coefficients: [
                e - f * h, c * h - b, b * f - c * e, f * g - d, a - c * g, c * d - a * f, d * h - e * g, b * g - a * h,
            ].map { $0 / scale })
    }
}
