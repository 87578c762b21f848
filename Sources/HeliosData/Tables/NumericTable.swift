import Foundation
import Torch
import TorchSerialization

/// The numbers of a table in CSV.
///
/// ```swift
/// let table = try NumericTable(csv: url)
/// print(table.columns, table.values.shape)
/// let dataset = try TensorDataset(csv: url, target: "price")
/// ```
public struct NumericTable: Sendable {
    /// The names of the columns that were read; their numbers if the table has no names.
    public let columns: [String]
    /// The numbers, `[rows, columns]`.
    public let values: Tensor

    /// Reads some or all columns of a table.
    ///
    /// The format is RFC 4180's, strictly: all records have the same number of cells, and quotes are around whole
    /// cells. Spaces around a number are allowed.
    ///
    /// - Parameters:
    ///   - url: the file, text in UTF-8.
    ///   - columns: which columns, in this order; `nil` for all.
    ///   - dtype: `float32`, `float64`, or `int64`, for which all cells must be integers.
    /// - Throws: `DataFileError` with line and column for the first cell that holds no number, or another fault.
    public init(
        csv url: URL, columns: [CSVColumn]? = nil, format: CSVFormat = CSVFormat(), dtype: DType = .float32
    ) throws {
        let reader = try NumericTableReader(url, format)
        let indices = try columns.map { try reader.indices($0) } ?? Array(reader.names.indices)
        values = try reader.read([(indices, dtype)])[0]
        self.columns = indices.map { reader.names[$0] }
    }
}

extension TensorDataset {
    /// A data set of a table in CSV, with one target for each row.
    ///
    /// - Parameters:
    ///   - url: the file, as `NumericTable` reads it.
    ///   - inputs: the columns of the inputs, float32`[N, columns]`; `nil` for all but the target.
    ///   - target: the column of the targets, `[N]`.
    ///   - targetType: `float32` for values, `int64` for class numbers.
    /// - Throws: `DataFileError` with line and column for the first cell that holds no number, or another fault.
    public init(
        csv url: URL, inputs: [CSVColumn]? = nil, target: CSVColumn, format: CSVFormat = CSVFormat(),
        targetType: DType = .float32
    ) throws {
        let (inputs, targets) = try Self.read(url, inputs, [target], format, targetType)
        try self.init(inputs: inputs, targets: targets.squeeze(dim: 1))
    }

    /// A data set of a table in CSV, with several targets for each row.
    ///
    /// - Parameters:
    ///   - inputs: the columns of the inputs, float32`[N, columns]`; `nil` for all but the targets.
    ///   - targets: the columns of the targets, `[N, columns]`.
    /// - Throws: `DataFileError` with line and column for the first cell that holds no number, or another fault.
    public init(
        csv url: URL, inputs: [CSVColumn]? = nil, targets: [CSVColumn], format: CSVFormat = CSVFormat(),
        targetType: DType = .float32
    ) throws {
        let (inputs, targets) = try Self.read(url, inputs, targets, format, targetType)
        try self.init(inputs: inputs, targets: targets)
    }

    private static func read(
        _ url: URL, _ inputs: [CSVColumn]?, _ targets: [CSVColumn], _ format: CSVFormat, _ targetType: DType
    ) throws -> (Tensor, Tensor) {
        let reader = try NumericTableReader(url, format)
        let targets = try reader.indices(targets)
        let inputs = try inputs.map { try reader.indices($0) } ?? reader.names.indices.filter { !targets.contains($0) }
        let tensors = try reader.read([(inputs, .float32), (targets, targetType)])
        return (tensors[0], tensors[1])
    }
}
