import CTorch
import Torch

/// Averages the gradients of some parameters over the ranks during backward passes: c10d's reducer.
///
/// Hooks on the parameters keep it at work until its last reference goes. Use it on one thread at a time.
final class GradientReducer {
    private let pointer: OpaquePointer
    // The reducer's last exchange may still run when it goes.
    private let group: GroupHandle

    init(_ parameters: [Tensor], _ group: GroupHandle, _ options: DistributedDataParallelOptions) throws {
        let pointer = withExtendedLifetime(parameters) {
            ct_reducer_new(
                group.pointer, parameters.map(\.pointer), Int64(parameters.count),
                CTReducerOptions(
                    firstBucketByteCount: Int64(options.firstBucketByteCount),
                    bucketByteCount: Int64(options.bucketByteCount),
                    findsUnusedParameters: options.findUnusedParameters,
                    compresses: options.gradientCompression == .bfloat16))
        }
        guard let pointer else { throw TorchError.last() }
        self.pointer = pointer
        self.group = group
    }

    deinit {
        ct_reducer_release(pointer)
    }

    /// The number of buckets that gradients travel in.
    var bucketCount: Int { Int(ct_reducer_bucket_count(pointer)) }

    /// Prepares a forward pass. The second one sorts the parameters into buckets again, which needs an exchange.
    func prepareForward() throws {
        guard ct_reducer_prepare_forward(pointer) else { throw TorchError.last() }
    }

    /// Prepares the backward pass that follows.
    ///
    /// - Parameter outputs: from which to look for unused parameters.
    func prepareBackward(_ outputs: [Tensor]) throws {
        defer { withExtendedLifetime(outputs) {} }
        guard ct_reducer_prepare_backward(pointer, outputs.map(\.pointer), Int64(outputs.count)) else {
            throw TorchError.last()
        }
    }

    /// Sets what the next backward passes divide the sums by.
    ///
    /// - Parameter divisor: `nil` is the number of ranks.
    func setDivisor(_ divisor: Int?) throws {
        guard ct_reducer_set_divisor(pointer, Int64(divisor ?? 0)) else { throw TorchError.last() }
    }

    /// Takes part in what other ranks exchange before a forward pass.
    func matchForward() throws {
        guard ct_reducer_match_forward(pointer) else { throw TorchError.last() }
    }

    /// Takes part in what other ranks exchange in a backward pass, with gradients of zero.
    func matchBackward() throws {
        guard ct_reducer_match_backward(pointer) else { throw TorchError.last() }
    }
}
