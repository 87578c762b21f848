import Torch

/// Parameters of one device and type with their gradients: what one call of a kernel takes.
///
/// It holds complex parameters and gradients as real views, whose last dimension has the two parts of a number, as
/// PyTorch's optimizers do (`_view_as_real`).
struct GradientBucket {
    let device: Device
    /// The type of the parameters, which is complex if the bucket holds real views.
    let dtype: DType
    /// The positions of the parameters among all of the optimizer's.
    private(set) var indices: [Int] = []
    private(set) var parameters: [Tensor] = []
    private(set) var gradients: [Tensor] = []
    /// The number of elements of each parameter, or -1 if they do not lie in the order of their indices.
    private(set) var counts: [Int] = []

    /// What a step does with a parameter whose gradient is sparse.
    typealias SparseStep = (_ index: Int, _ parameter: Tensor, _ gradient: Tensor) throws -> Void

    /// Collects the parameters of one group that have a gradient.
    ///
    /// - Parameter sparseStep: receives those with a sparse gradient, which are in no bucket; if it is `nil`, they are
    ///   an error.
    static func buckets(
        of group: ParameterGroup, first: Int, sparseStep: SparseStep? = nil
    ) throws -> [GradientBucket] {
        if let whole = try whole(group, first: first) { return [whole] }
        var buckets: [GradientBucket] = []
        for (position, parameter) in group.parameters.enumerated() {
            guard let gradient = parameter.grad else { continue }
            if let sparseStep, try gradient.sparseDim() > 0 {
                try requireShape(of: gradient, parameter, what: "the gradient of parameter \(first + position)")
                try sparseStep(first + position, parameter, gradient)
                continue
            }
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

    /// Returns all parameters of a group in one bucket, if each has a gradient and all are of one kind: the usual case,
    /// made fast.
    private static func whole(_ group: ParameterGroup, first: Int) throws -> GradientBucket? {
        guard let example = group.parameters.first else { return nil }
        let (device, dtype) = (example.device, example.dtype)
        if dtype.isComplex { return nil }
        var bucket = GradientBucket(device: device, dtype: dtype)
        bucket.gradients.reserveCapacity(group.parameters.count)
        bucket.counts.reserveCapacity(group.parameters.count)
        for parameter in group.parameters {
            guard let gradient = parameter.grad, parameter.isContiguous, gradient.isContiguous else { return nil }
            let count = parameter.count
            guard gradient.count == count, parameter.dtype == dtype, gradient.dtype == dtype,
                parameter.device == device, gradient.device == device
            else { return nil }
            bucket.gradients.append(gradient)
            bucket.counts.append(count)
        }
        bucket.parameters = group.parameters
        bucket.indices = Array(first..<first + group.parameters.count)
        return bucket
    }

    /// One parameter with its gradient as it is.
    init(_ index: Int, _ parameter: Tensor, gradient: Tensor) throws {
        self.init(device: parameter.device, dtype: parameter.dtype)
        indices = [index]
        parameters = [dtype.isComplex ? try realView(of: parameter) : parameter]
        gradients = [gradient]
        counts = [parameter.isContiguous ? parameter.count : -1]
    }

    private init(device: Device, dtype: DType) {
        self.device = device
        self.dtype = dtype
    }

    /// Splits the bucket into the parameters whose positions pass a test and the others; `nil` stands for no
    /// parameters.
    func split(by test: (Int) -> Bool) -> (passing: GradientBucket?, others: GradientBucket?) {
        let results = indices.map(test)
        if results.allSatisfy({ $0 }) { return (self, nil) }
        if !results.contains(true) { return (nil, self) }
        func part(_ wanted: Bool) -> GradientBucket {
            var part = GradientBucket(device: device, dtype: dtype)
            for (position, result) in results.enumerated() where result == wanted {
                part.indices.append(indices[position])
                part.parameters.append(parameters[position])
                part.gradients.append(gradients[position])
                part.counts.append(counts[position])
            }
            return part
        }
        return (part(true), part(false))
    }

    /// Negates the gradients if the objective is maximized, and adds the weight decay, as fused kernels do by
    /// themselves.
    ///
    /// - Returns: the gradients, and whether they may be overwritten.
    func prepared(weightDecay: Double, maximize: Bool) throws -> (gradients: [Tensor], areCopies: Bool) {
        guard maximize else {
            guard weightDecay != 0 else { return (gradients, false) }
            return (try Tensor.foreachAdd(gradients, parameters, alpha: weightDecay), true)
        }
        let turned = try Tensor.foreachNeg(gradients)
        if weightDecay != 0 { try Tensor.foreachAdd_(turned, parameters, alpha: weightDecay) }
        return (turned, true)
    }

    /// Does the same as `prepared`, or, with a decoupled weight decay, subtracts it from the parameters and leaves the
    /// gradients alone.
    func decayedGradients(
        _ weightDecay: Double, isDecoupled: Bool, learningRate: Double, maximize: Bool
    ) throws -> [Tensor] {
        guard isDecoupled, weightDecay != 0 else {
            return try prepared(weightDecay: weightDecay, maximize: maximize).gradients
        }
        try Tensor.foreachMul_(parameters, scalar: 1 - learningRate * weightDecay)
        return try prepared(weightDecay: 0, maximize: maximize).gradients
    }

    private mutating func append(_ index: Int, _ parameter: Tensor, _ gradient: Tensor) throws {
        guard parameter.isContiguous || isDense(parameter) else {
            throw OptimizerError(
                "parameter \(index), \(dtype)\(parameter.shape), does not lie densely in memory: make it contiguous")
        }
        let gradient = try laidOut(gradient, like: parameter, what: "the gradient of parameter \(index)")
        indices.append(index)
        counts.append(parameter.isContiguous ? parameter.count : -1)
        parameters.append(dtype.isComplex ? try realView(of: parameter) : parameter)
        gradients.append(dtype.isComplex ? try realView(of: gradient.resolveConj()) : gradient)
    }
}

extension Optimizer {
    /// Makes a step, with its hooks: calls `body` with what each kernel call takes and the options of its group, and
    /// records no gradients meanwhile.
    ///
    /// A captured step does not record it but steps again, so that its options and counts are those of the moment.
    /// - Parameter sparseStep: receives the parameters with a sparse gradient; if it is `nil`, they are an error.
    func forEachBucket<Options: GroupOptions>(
        sparseStep: ((_ index: Int, _ parameter: Tensor, _ gradient: Tensor, _ options: Options) throws -> Void)? = nil,
        _ body: (_ bucket: GradientBucket, _ options: Options) throws -> Void
    ) throws {
        try Capture.live(self, again: { try self.step() }) {
            try withStepHooks {
                try noGrad {
                    var first = 0
                    for group in parameterGroups {
                        let options = try group.options(as: Options.self, of: self)
                        let buckets = try GradientBucket.buckets(
                            of: group, first: first,
                            sparseStep: sparseStep.map { step in { try step($0, $1, $2, options) } })
                        for bucket in buckets { try body(bucket, options) }
                        first += group.parameters.count
                    }
                }
            }
        }
    }
}

/// Returns a tensor in the shape, type, device and memory order of a parameter: the tensor itself if it has them
/// already.
///
/// The fused kernels walk through all tensors of a parameter side by side, and on the CPU do not check whether they
/// fit.
func laidOut(_ tensor: Tensor, like parameter: Tensor, what: @autoclosure () -> String) throws -> Tensor {
    if liesLike(tensor, parameter) { return tensor }
    try requireShape(of: tensor, parameter, what: what())
    guard try tensor.sparseDim() == 0 else {
        throw OptimizerError(
            "\(what()) is sparse: use SparseAdam, SGD or Adagrad for it, or an embedding with dense gradients")
    }
    guard parameter.dtype.isComplex || !tensor.dtype.isComplex else {
        throw OptimizerError("\(what()) is \(tensor.dtype), and the parameter \(parameter.dtype)")
    }
    return try noGrad { try Tensor.emptyLike(parameter.detach()).copy_(tensor) }
}

/// Throws if a gradient or a state has another shape than its parameter.
private func requireShape(of tensor: Tensor, _ parameter: Tensor, what: @autoclosure () -> String) throws {
    guard tensor.shape == parameter.shape else {
        throw TorchError(
            kind: .shape, operation: "step",
            message: "\(what()) has the shape \(tensor.shape), and the parameter \(parameter.shape)")
    }
}

/// Returns the same complex numbers with a last dimension of two for their parts, without recording gradients.
func realView(of tensor: Tensor) throws -> Tensor {
    try Tensor.viewAsReal(tensor.detach())
}

/// Whether a tensor has the type, device and memory order of a parameter.
func liesLike(_ tensor: Tensor, _ parameter: Tensor) -> Bool {
    let ordersAgree =
        (tensor.isContiguous && parameter.isContiguous && tensor.count == parameter.count)
        || (tensor.shape == parameter.shape && tensor.strides == parameter.strides)
    return ordersAgree && tensor.dtype == parameter.dtype && tensor.device == parameter.device
}

/// Whether the elements lie in memory without gaps or overlaps, in any order.
private func isDense(_ tensor: Tensor) -> Bool {
    var expected = 1
    for (stride, size) in zip(tensor.strides, tensor.shape).sorted(by: { $0.0 < $1.0 }) where size != 1 {
        guard stride == expected else { return false }
        expected = stride * size
    }
    return true
}
