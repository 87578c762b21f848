import Torch

/// Parameters of one device and type with their gradients: what one call of a fused kernel takes.
struct GradientBucket {
    let device: Device
    let dtype: DType
    /// The parameters' numbers among all of the optimiser.
    private(set) var indices: [Int] = []
    private(set) var parameters: [Tensor] = []
    private(set) var gradients: [Tensor] = []

    /// The parameters of one group that have a gradient, the first of which has the number `first`.
    static func buckets(of group: ParameterGroup, first: Int) throws -> [GradientBucket] {
        var buckets: [GradientBucket] = []
        for (position, parameter) in group.parameters.enumerated() {
            guard let gradient = parameter.grad else { continue }
            let (device, dtype) = (parameter.device, parameter.dtype)
            let bucket: Int
            if let known = buckets.firstIndex(where: { $0.dtype == dtype && $0.device == device }) {
                bucket = known
            } else {
                bucket = buckets.count
                buckets.append(GradientBucket(device: device, dtype: dtype))
            }
            try buckets[bucket].append(first + position, parameter, gradient)
        }
        return buckets
    }

    private init(device: Device, dtype: DType) {
        self.device = device
        self.dtype = dtype
    }

    private mutating func append(_ index: Int, _ parameter: Tensor, _ gradient: Tensor) throws {
        guard parameter.isContiguous || isDense(parameter) else {
            throw OptimizerError(
                "parameter \(index), \(dtype)\(parameter.shape), does not lie densely in memory: make it contiguous")
        }
        indices.append(index)
        parameters.append(parameter)
        gradients.append(try laidOut(gradient, like: parameter, what: "the gradient of parameter \(index)"))
    }
}

extension Optimizer {
    /// Gives what each kernel call takes, with the options of its group, to `body`, which records no gradients.
    func forEachBucket(_ body: (_ bucket: GradientBucket, _ options: StateDict) throws -> Void) throws {
        try noGrad {
            var first = 0
            for group in parameterGroups {
                for bucket in try GradientBucket.buckets(of: group, first: first) { try body(bucket, group.options) }
                first += group.parameters.count
            }
        }
    }
}

/// A tensor in the shape, type, device and order in memory of a parameter: itself where it is so already.
///
/// The fused kernels go through all tensors of a parameter side by side, and on the CPU do not look whether they fit.
func laidOut(_ tensor: Tensor, like parameter: Tensor, what: @autoclosure () -> String) throws -> Tensor {
    let liesAlike =
        (tensor.isContiguous && parameter.isContiguous && tensor.count == parameter.count)
        || (tensor.shape == parameter.shape && tensor.strides == parameter.strides)
    if liesAlike && tensor.dtype == parameter.dtype && tensor.device == parameter.device { return tensor }
    guard tensor.shape == parameter.shape else {
        throw TorchError(
            kind: .shape, operation: "step",
            message: "\(what()) has the shape \(tensor.shape), and the parameter \(parameter.shape)")
    }
    return try noGrad { try Tensor.emptyLike(parameter.detach()).copy_(tensor) }
}

/// Whether the elements lie in memory without gaps and overlaps, in whatever order.
private func isDense(_ tensor: Tensor) -> Bool {
    var expected = 1
    for (stride, size) in zip(tensor.strides, tensor.shape).sorted(by: { $0.0 < $1.0 }) where size != 1 {
        guard stride == expected else { return false }
        expected = stride * size
    }
    return true
}
