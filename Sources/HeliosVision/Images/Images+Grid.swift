import Torch

extension Images {
    /// One image of several, in rows: torchvision's `make_grid`.
    ///
    /// - Parameters:
    ///   - images: `[C, H, W]` each, of the same size and type, or `[H, W]`. Gray ones get three channels.
    ///   - columns: how many are in a row.
    ///   - padding: how many pixels are around each.
    ///   - normalizes: whether the numbers are shifted and scaled to the range from 0 to 1.
    ///   - valueRange: what becomes 0 and 1 then; `nil` for the least and the greatest number.
    ///   - scalesEach: whether each image has a range of its own.
    ///   - padValue: what is around the images.
    /// - Returns: `[C, H, W]`; a single image stays as it is, without padding.
    /// - Throws: `ImageError` if there are no images, or they do not fit each other.
    public static func grid(
        _ images: [Tensor], columns: Int = 8, padding: Int = 2, normalizes: Bool = false,
        valueRange: ClosedRange<Double>? = nil, scalesEach: Bool = false, padValue: Double = 0
    ) throws -> Tensor {
        guard let first = images.first else {
            throw ImageError(path: nil, kind: .argument, reason: "a grid needs at least one image")
        }
        if let other = images.first(where: { $0.shape != first.shape || $0.dtype != first.dtype }) {
            throw ImageError(
                path: nil, kind: .argument,
                reason: "the images of a grid must be of one shape and type, not \(first.dtype)\(first.shape) and "
                    + "\(other.dtype)\(other.shape)")
        }
        return try grid(
            Tensor.stack(first.dimensionCount == 2 ? images.map { try $0.unsqueeze(dim: 0) } : images),
            columns: columns, padding: padding, normalizes: normalizes, valueRange: valueRange,
            scalesEach: scalesEach, padValue: padValue)
    }

    /// One image of a batch, in rows: torchvision's `make_grid`.
    ///
    /// - Parameter batch: `[N, C, H, W]`; a single image `[C, H, W]` or `[H, W]` also does.
    /// - Returns: as for a list.
    /// - Throws: as for a list.
    public static func grid(
        _ batch: Tensor, columns: Int = 8, padding: Int = 2, normalizes: Bool = false,
        valueRange: ClosedRange<Double>? = nil, scalesEach: Bool = false, padValue: Double = 0
    ) throws -> Tensor {
        guard (2...4).contains(batch.dimensionCount), !batch.shape.contains(0), columns > 0,
            (0...65_536).contains(padding)
        else {
            throw ImageError(
                path: nil, kind: .argument,
                reason:
                    "a grid is made of a tensor [N, C, H, W], with one column or more and a padding from 0 to 65536, not "
                    + "of \(batch.shape) with \(columns) and \(padding)")
        }
        var batch = batch
        if batch.dimensionCount == 2 { batch = try batch.unsqueeze(dim: 0) }
        if batch.dimensionCount == 3 { batch = try batch.unsqueeze(dim: 0) }
        if batch.shape[1] == 1 { batch = try Tensor.cat([batch, batch, batch], dim: 1) }
        if normalizes { batch = try normalized(batch, valueRange, scalesEach) }
        let (count, channels, height, width) = (batch.shape[0], batch.shape[1], batch.shape[2], batch.shape[3])
        guard count > 1 else { return try batch.squeeze(dim: 0) }
        let columnCount = min(columns, count)
        let rowCount = (count + columnCount - 1) / columnCount
        let grid = try Tensor.full(
            [channels, rowCount * (height + padding) + padding, columnCount * (width + padding) + padding],
            padValue, dtype: batch.dtype, device: batch.device)
        for index in 0..<count {
            let top = index / columnCount * (height + padding) + padding
            let left = index % columnCount * (width + padding) + padding
            _ = try grid.narrow(dim: 1, start: top, length: height).narrow(dim: 2, start: left, length: width)
                .copy_(batch.select(dim: 0, index: index))
        }
        return grid
    }

    private static func normalized(
        _ batch: Tensor, _ range: ClosedRange<Double>?, _ scalesEach: Bool
    ) throws -> Tensor {
        guard batch.dtype.isFloatingPoint else {
            throw ImageError(
                path: nil, kind: .argument, reason: "only floating-point numbers are normalized, not \(batch.dtype)")
        }
        func scale(_ image: Tensor) throws -> Tensor {
            let low = try range?.lowerBound ?? image.min().item(Double.self)
            let high = try range?.upperBound ?? image.max().item(Double.self)
            return try (image.clamp(min: low, max: high) - low) / max(high - low, 1e-5)
        }
        guard scalesEach else { return try scale(batch) }
        return try Tensor.stack((0..<batch.shape[0]).map { try scale(batch.select(dim: 0, index: $0)) })
    }
}
