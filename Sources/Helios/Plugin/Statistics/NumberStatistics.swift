/// What many numbers are like.
struct NumberStatistics: Equatable {
    /// The square root of the sum of the squares.
    let norm: Double
    let mean: Double
    /// The square root of the mean squared distance from the mean; PyTorch's `std(correction=0)`.
    let standardDeviation: Double
    let least: Double
    let greatest: Double
    /// The part of the numbers that are 0, from 0 to 1.
    let zeros: Double

    /// The values by the names under which they are logged.
    var values: [(name: String, value: Double)] {
        [
            ("norm", norm), ("mean", mean), ("std", standardDeviation), ("min", least), ("max", greatest),
            ("zeros", zeros),
        ]
    }

    /// The statistics of each of several rows of numbers, which are read from their device at once.
    ///
    /// - Parameter rows: `float64[N]` each, with N above 0.
    static func of(_ rows: [Tensor]) throws -> [NumberStatistics] {
        guard !rows.isEmpty else { return [] }
        let columns = try rows.map { row in
            try Tensor.stack(
                [
                    row.square().sum().sqrt(), row.mean(), row.std(unbiased: false), row.min(), row.max(),
                    row.eq(0).mean(dtype: .float64),
                ])
        }
        let numbers = try Tensor.stack(columns).to(.cpu).array(Double.self)
        return rows.indices.map { row in
            let values = numbers[row * 6..<row * 6 + 6]
            let first = values.startIndex
            return NumberStatistics(
                norm: values[first], mean: values[first + 1], standardDeviation: values[first + 2],
                least: values[first + 3], greatest: values[first + 4], zeros: values[first + 5])
        }
    }
}
