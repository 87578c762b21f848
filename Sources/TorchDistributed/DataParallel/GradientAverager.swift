import Torch

/// Averages the gradients that some parameters have over the ranks, once a backward pass has ended.
///
/// ```swift
/// let averager = try GradientAverager(optimizer.parameters, group: group)
/// try loss.backward()
/// try averager.average()
/// try optimizer.step()
/// ```
/// `DistributedDataParallel` exchanges gradients while others are still computed, and must see each forward pass for
/// that. This class asks nothing of the network or the passes: what counts is the gradients that are there when
/// `average` is called. It keeps as much memory as the gradients take.
package final class GradientAverager {
    /// The size in bytes up to which gradients travel together, as in `DistributedDataParallel`.
    package static let bucketByteCount = 25 << 20

    /// How many numbers can travel with the gradients.
    package static let numberCount = FlatGradients.numberCount

    /// Whose gradients are averaged.
    package let parameters: [Tensor]
    private let group: ProcessGroup
    private let verifiesCalls: Bool
    private let buckets: [FlatGradients]

    /// Prepares the memory for the exchange. All ranks call it.
    ///
    /// - Parameters:
    ///   - parameters: dense floating-point or complex tensors on the CPU, alike on all ranks.
    ///   - group: the ranks.
    ///   - verifiesCalls: whether each call makes sure that all ranks call `average`, which costs one small exchange;
    ///     `nil` does what the group does.
    /// - Throws: ``DistributedError`` of kind `mismatch` on all ranks if their parameters differ, and of kind
    ///   `invalidArgument` if one cannot be averaged.
    package init(
        _ parameters: [Tensor], group: ProcessGroup, bucketByteCount: Int = bucketByteCount,
        verifiesCalls: Bool? = nil
    ) throws {
        for (index, parameter) in parameters.enumerated() {
            guard parameter.isDefined, parameter.device == .cpu, ReduceOperation.mean.accepts(parameter.dtype) else {
                let what = parameter.isDefined ? "\(parameter.dtype) on \(parameter.device)" : "undefined"
                throw group.error(
                    .invalidArgument, Announcement.Operation.gradients.name,
                    "parameter \(index) is \(what): Gloo averages floating-point and complex numbers on the CPU")
            }
        }
        let lines = parameters.enumerated().map { "parameter \($0), \($1.dtype)\($1.shape)" }
        try group.verifySame(
            lines + ["buckets of \(bucketByteCount) bytes"], subject: "list of parameters",
            advice: "All ranks build the same network and the same optimizer", Announcement.Operation.gradients.name)
        self.parameters = parameters
        self.group = group
        self.verifiesCalls = verifiesCalls ?? group.verifiesCalls
        buckets = try FlatGradients.buckets(of: parameters, byteCount: bucketByteCount)
    }

    /// Replaces each gradient by the weighted sum of what the ranks have.
    ///
    /// A gradient that some ranks lack counts as zero there, and all have the sum afterwards; one that all lack stays
    /// undefined.
    ///
    /// - Parameters:
    ///   - weight: what this rank's gradients are multiplied by, not negative. With 0 they count as zero whatever they
    ///     are. `nil` is one divided by the number of ranks, which gives the mean.
    ///   - numbers: up to ``numberCount`` numbers that travel with the gradients, as precise as `numberType`, and are
    ///     not weighted. All ranks give as many.
    /// - Returns: the sums of the ranks' numbers; `numbers` themselves if there are no parameters.
    /// - Throws: ``DistributedError`` if a rank does not come, or for a sparse gradient.
    @discardableResult
    package func average(weight: Double? = nil, adding numbers: [Double] = []) throws -> [Double] {
        let operation = Announcement.Operation.gradients
        let weight = weight ?? 1 / Double(group.size)
        guard weight.isFinite, weight >= 0 else {
            throw group.error(
                .invalidArgument, operation.name, "the weight of a rank must be a number from 0 on, not \(weight)")
        }
        guard numbers.count <= GradientAverager.numberCount else {
            throw group.error(
                .invalidArgument, operation.name,
                "\(GradientAverager.numberCount) numbers can travel with gradients, not \(numbers.count)")
        }
        let filled = numbers + Array(repeating: 0, count: GradientAverager.numberCount - numbers.count)
        return try noGrad {
            // Before anything travels, so that no rank stops in the middle.
            for bucket in buckets { try bucket.take(for: group) }
            if verifiesCalls {
                try group.announce(Announcement(operation, shape: buckets.map(\.count)), timeout: group.timeout)
            }
            // While the first travels, the next is collected.
            let works = try buckets.enumerated().map { place, bucket in
                try bucket.collect(weight: weight, numbers: place == 0 && !numbers.isEmpty ? filled : nil)
                return try bucket.startSum(in: group)
            }
            for (bucket, work) in zip(buckets, works) {
                try work.wait()
                try bucket.distribute()
            }
            return numbers.isEmpty ? [] : Array(try buckets.first?.numberSums().prefix(numbers.count) ?? numbers[...])
        }
    }

    /// As what the numbers of `average` travel; `nil` if there are no gradients to travel with.
    package var numberType: DType? { buckets.first?.numberType }

    /// Whether it was made for these parameters.
    package func averages(_ parameters: [Tensor]) -> Bool {
        parameters.count == self.parameters.count && zip(parameters, self.parameters).allSatisfy { $0.isSame(as: $1) }
    }
}
