import Torch

/// Tensors of different lengths as one tensor, with their lengths.
public struct PaddedBatch: DeviceTransferable, Sendable {
    /// The values, `[N, L, …]`, with padding after the end of a sample.
    public var values: Tensor
    /// The length of each sample, `int64[N]`.
    public var lengths: Tensor

    /// Creates a batch from values and lengths.
    ///
    /// - Parameters:
    ///   - values: `[N, L, …]`
    ///   - lengths: `int64[N]`
    public init(values: Tensor, lengths: Tensor) {
        self.values = values
        self.lengths = lengths
    }

    /// Combines tensors of different lengths.
    ///
    /// - Parameters:
    ///   - samples: at least one tensor, each `[L, …]` with its own length and the same other dimensions.
    ///   - value: the value after the end of a sample.
    ///   - multiple: the length of the batch is a multiple of this number.
    /// - Throws: `DataError` for tensors that differ in more than the length.
    public init(padding samples: [Tensor], value: Double = 0, toMultipleOf multiple: Int = 1) throws {
        guard let first = samples.first, multiple > 0 else {
            throw DataError(
                samples.isEmpty
                    ? "no samples were given to make a batch of" : "a length cannot be a multiple of \(multiple)")
        }
        for (place, sample) in samples.enumerated() {
            guard sample.dimensionCount > 0, sample.shape.dropFirst() == first.shape.dropFirst(),
                sample.dtype == first.dtype
            else {
                throw DataError(
                    "samples that are padded may differ in their first dimension only: the first is \(first.dtype)"
                        + "\(first.shape), and number \(place + 1) of the batch is \(sample.dtype)\(sample.shape)")
            }
        }
        let lengths = samples.map { $0.shape[0] }
        let longest = lengths.max() ?? 0
        let (length, isTooLong) = (longest / multiple + (longest % multiple == 0 ? 0 : 1))
            .multipliedReportingOverflow(by: multiple)
        guard !isTooLong, !length.multipliedReportingOverflow(by: samples.count).overflow else {
            throw DataError("a batch cannot be as long as a multiple of \(multiple)")
        }
        guard first.dtype.isFloatingPoint || first.dtype.isComplex || value == value.rounded() else {
            throw DataError("samples of \(first.dtype) cannot be padded with \(value), which is no whole number")
        }
        let values = try Tensor.full(
            [samples.count, length] + first.shape.dropFirst(), value, dtype: first.dtype, device: first.device)
        for (place, sample) in samples.enumerated() where lengths[place] > 0 {
            try values.select(dim: 0, index: place).narrow(dim: 0, start: 0, length: lengths[place]).copy_(sample)
        }
        self.init(values: values, lengths: try Tensor(lengths))
    }

    /// Returns true for values and false for padding, `bool[N, L]`.
    public func mask() throws -> Tensor {
        let places = try Tensor.arange(values.shape[1], device: values.device)
        return try places.unsqueeze(dim: 0).lt(lengths.unsqueeze(dim: 1))
    }

    public func to(_ device: Device) throws -> PaddedBatch {
        PaddedBatch(values: try values.to(device), lengths: try lengths.to(device))
    }
}

extension PaddedBatch: PinnableBatch {
    public func pinned() throws -> PaddedBatch {
        PaddedBatch(values: try values.pinned(), lengths: try lengths.pinned())
    }

    public func toWithoutWaiting(_ device: Device) throws -> PaddedBatch {
        PaddedBatch(values: try values.toWithoutWaiting(device), lengths: try lengths.toWithoutWaiting(device))
    }
}
