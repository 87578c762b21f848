import CTorch
import Torch

/// Gradients of one dtype in one piece of memory, which travels as a whole and stays from step to step. Behind them is
/// a number for each: on how many ranks there is one. The last are a few numbers that are added up besides.
final class FlatGradients {
    /// How many numbers travel beside the gradients.
    static let numberCount = 3

    private let parameters: [Tensor]
    private let dtype: DType
    /// The positions of the parameters in the list that they come from.
    private let positions: [Int]
    /// All of it, as real numbers.
    private let flat: Tensor
    /// The part of the gradients.
    private let values: Tensor
    /// The part of the numbers of ranks.
    private let rankCounts: Tensor
    /// The numbers that are added up besides.
    private let numbers: Tensor
    /// The gradients with their shapes.
    private let views: [Tensor]
    /// What all ranks have collected, one after the other; `nil` if it is too large, or before the first sum.
    private var gathered: Tensor?
    /// The gradients that the parameters have, between `take` and `distribute`.
    private var gradients: [Tensor?] = []

    /// Puts parameters together that have the same dtype, in their order, up to a number of bytes.
    static func buckets(of parameters: [Tensor], byteCount: Int) throws -> [FlatGradients] {
        var open: [DType: [Int]] = [:]
        var sizes: [DType: Int] = [:]
        var full: [[Int]] = []
        for (position, parameter) in parameters.enumerated() {
            let dtype = parameter.dtype
            let size = parameter.count * (dtype.byteCount ?? 1)
            if let started = open[dtype], sizes[dtype, default: 0] + size > byteCount {
                full.append(started)
                (open[dtype], sizes[dtype]) = (nil, 0)
            }
            open[dtype, default: []].append(position)
            sizes[dtype, default: 0] += size
        }
        // The same order on all ranks, which a dictionary does not have.
        let positions = (full + open.values).sorted { $0[0] < $1[0] }
        return try positions.map { try FlatGradients($0.map { parameters[$0] }, positions: $0) }
    }

    private init(_ parameters: [Tensor], positions: [Int]) throws {
        let dtype = parameters[0].dtype
        let width = dtype.isComplex ? 2 : 1
        let real = dtype == .complex64 ? DType.float32 : dtype == .complex128 ? .float64 : dtype
        let valueCount = parameters.reduce(0) { $0 + $1.count * width }
        flat = try .zeros([valueCount + parameters.count + FlatGradients.numberCount], dtype: real)
        values = try flat.narrow(dim: 0, start: 0, length: valueCount)
        rankCounts = try flat.narrow(dim: 0, start: valueCount, length: parameters.count)
        numbers = try flat.narrow(dim: 0, start: valueCount + parameters.count, length: FlatGradients.numberCount)
        var start = 0
        views = try parameters.map { [flat] parameter in
            let part = try flat.narrow(dim: 0, start: start, length: parameter.count * width)
            start += parameter.count * width
            return try dtype.isComplex
                ? Tensor.viewAsComplex(part.view(parameter.shape + [2])) : part.view(parameter.shape)
        }
        self.parameters = parameters
        self.dtype = dtype
        self.positions = positions
    }

    /// The number of elements that travel.
    var count: Int { flat.count }

    /// As what the numbers travel.
    var numberType: DType { flat.dtype }

    /// Takes the gradients that the parameters have now.
    ///
    /// - Throws: ``DistributedError`` for one that cannot be averaged.
    func take(for group: ProcessGroup) throws {
        gradients = parameters.map(\.grad)
        for (place, gradient) in gradients.enumerated() {
            guard let gradient else { continue }
            let (isDense, dtype) = (ct_tensor_layout(gradient.pointer) == 0, gradient.dtype)
            guard !isDense || dtype != self.dtype else { continue }
            throw group.error(
                .invalidArgument, Announcement.Operation.gradients.name,
                "the gradient of parameter \(positions[place]), \(dtype)\(parameters[place].shape), "
                    + (isDense
                        ? "was \(self.dtype) at the start: convert the network before"
                        : "is sparse: Gloo averages dense ones, so make the embedding without `sparse: true`"))
        }
    }

    /// Writes this rank's part of the sums.
    ///
    /// - Parameter numbers: what is added up besides, ``numberCount`` numbers; `nil` for nothing.
    func collect(weight: Double, numbers: [Double]?) throws {
        if let numbers { try self.numbers.copy_(Tensor(numbers)) }
        let present = gradients.indices.filter { gradients[$0] != nil }
        let isComplete = present.count == gradients.count
        if weight == 0 || !isComplete { try values.zero_() }
        if weight != 0 {
            if !present.isEmpty {
                try Tensor.foreachCopy_(present.map { views[$0] }, present.compactMap { gradients[$0] })
            }
            // Before the sum, as c10d's reducer does.
            if weight != 1 { try values.mul_(weight) }
        }
        if isComplete {
            try rankCounts.fill_(1)
        } else {
            try rankCounts.copy_(Tensor(gradients.map { $0 == nil ? Float(0) : 1 }))
        }
    }

    /// Begins to add up what the ranks have collected.
    func startSum(in group: ProcessGroup) throws -> Work<Void> {
        guard flat.count * (flat.dtype.byteCount ?? 8) <= FlatGradients.gatheredByteCount / group.size else {
            return try group.start(.gradients, nil, [flat]) { [flat] in
                ct_group_all_reduce($0, flat.pointer, CTReduceOpSum, $1)
            } finish: {
            }
        }
        let all = try gathered ?? .empty([group.size * flat.count], dtype: flat.dtype)
        gathered = all
        return try group.start(.gradients, nil, [flat, all]) { [flat] in
            ct_group_all_gather($0, all.pointer, flat.pointer, $1)
        } finish: { [flat] in
            // In the order of the ranks, so that all of them have the same bits.
            let parts = try all.chunk(chunks: group.size)
            try flat.copy_(parts[0])
            for part in parts.dropFirst() { try flat.add_(part) }
        }
    }

    /// If what all ranks have takes no more than this, each gets it from the others and adds it up itself. Over Gloo, that
    /// is half as many messages one after the other as a sum takes.
    private static let gatheredByteCount = 2 << 20

    /// The sums of the numbers that were added up besides.
    func numberSums() throws -> [Double] { try numbers.to(.float64).array(Double.self) }

    /// Gives the sums to the parameters.
    func distribute() throws {
        defer { gradients = [] }
        let present = gradients.indices.filter { gradients[$0] != nil }
        if !present.isEmpty {
            try Tensor.foreachCopy_(present.compactMap { gradients[$0] }, present.map { views[$0] })
        }
        guard present.count < gradients.count else { return }
        let rankCounts = try rankCounts.to(.float32).array(Float.self)
        for place in gradients.indices where gradients[place] == nil && rankCounts[place] > 0 {
            let parameter = parameters[place]
            try parameter.setGrad(Tensor.emptyLike(parameter.detach()).copy_(views[place]))
        }
    }
}
