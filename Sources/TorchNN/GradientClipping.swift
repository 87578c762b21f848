import Torch

/// Scales all gradients down by a common factor, so that their total norm is at most `maxNorm`.
///
/// - Parameters:
///   - parameters: a network, or tensors; those without a gradient are ignored.
///   - normType: the power of the norm; infinity is the maximum absolute value.
///   - errorIfNonFinite: whether a norm that is infinite or not a number is an error.
/// - Returns: the norm before scaling.
/// - Throws: `TorchError` for a `maxNorm` that is negative or NaN, a `normType` that is not greater than 0, and, with
///   `errorIfNonFinite`, a norm that is not finite. In this case, no gradient has changed.
@discardableResult
public func clipGradNorm_(
    _ parameters: some ParameterSource, maxNorm: Double, normType: Double = 2, errorIfNonFinite: Bool = false
) throws -> Tensor {
    // A negative factor would turn the gradients around, and NaN would spread to all weights.
    try require(maxNorm >= 0, "clip_grad_norm_", "maxNorm must be at least 0, not \(maxNorm)")
    try require(normType > 0, "clip_grad_norm_", "normType must be above 0, not \(normType)")
    let gradients = try parameters.optimizedParameters().compactMap(\.grad)
    guard let first = gradients.first else { return try Tensor(0.0) }
    return try noGrad {
        let groups = grouped(gradients)
        // The norms keep the order of the gradients, since their sum depends on it.
        var norms = [Tensor?](repeating: nil, count: gradients.count)
        for group in groups {
            let groupNorms = try Tensor.foreachNorm(group.map(\.gradient), ord: normType)
            for ((position, _), norm) in zip(group, groupNorms) {
                norms[position] = first.device == norm.device ? norm : try norm.to(first.device)
            }
        }
        let total = try Tensor.stack(norms.compactMap(\.self)).norm(p: normType)
        if errorIfNonFinite, !(try total.item(Double.self).isFinite) {
            throw TorchError(
                kind: .other, operation: "clip_grad_norm_",
                message: "the gradients' norm is \(try total.item(Double.self)), so they cannot be clipped")
        }
        // A factor of 1 costs less than asking the device whether it is needed.
        let factor = try (maxNorm / (total + 1e-6)).clamp(max: 1)
        for group in groups {
            let device = group[0].gradient.device
            try Tensor.foreachMul_(group.map(\.gradient), device == factor.device ? factor : factor.to(device))
        }
        return total
    }
}

/// Clamps each element of the gradients to ±`clipValue`.
///
/// - Throws: `TorchError` for a `clipValue` that is negative or NaN. In this case, no gradient has changed.
public func clipGradValue_(_ parameters: some ParameterSource, clipValue: Double) throws {
    try require(clipValue >= 0, "clip_grad_value_", "clipValue must be at least 0, not \(clipValue)")
    try noGrad {
        for gradient in try parameters.optimizedParameters().compactMap(\.grad) {
            try gradient.clamp_(min: -clipValue, max: clipValue)
        }
    }
}

private typealias PlacedGradient = (position: Int, gradient: Tensor)

/// The gradients with their positions, grouped by device and type for the for-each kernels.
private func grouped(_ gradients: [Tensor]) -> [[PlacedGradient]] {
    struct Key: Hashable {
        let device: Device
        let dtype: DType
    }
    var groups: [(key: Key, members: [PlacedGradient])] = []
    for (position, gradient) in gradients.enumerated() {
        let key = Key(device: gradient.device, dtype: gradient.dtype)
        if let group = groups.firstIndex(where: { $0.key == key }) {
            groups[group].members.append((position, gradient))
        } else {
            groups.append((key, [(position, gradient)]))
        }
    }
    return groups.map(\.members)
}
