import Foundation
import Torch

/// A sample with a tensor that becomes a row of its batch.
///
/// A loader copies the tensor into the batch's memory as soon as it has created the sample, while the values are still
/// in the processor's cache, and releases the sample's own memory. For other samples, a loader first creates all of
/// them and then copies them, which takes twice the memory and more time.
public protocol StackableSample: Collatable {
    // Named again so that the compiler finds it by the function below.
    associatedtype Batch

    /// The tensor that becomes a row. The loader replaces it with the row.
    var stackable: Tensor { get set }

    /// Returns one batch of these samples, in this order. There is at least one sample.
    ///
    /// - Parameter stacked: the contents of the samples' `stackable` tensors, `[N, …]`.
    static func collate(_ samples: [Self], stacked: Tensor) throws -> Batch
}

extension StackableSample {
    public static func collate(_ samples: [Self]) throws -> Batch {
        try collate(samples, stacked: Tensor.stack(samples.map(\.stackable)))
    }
}

/// The memory of a batch, into which several threads copy the tensors of its samples.
final class BatchRows: @unchecked Sendable {
    private let count: Int
    // Guarded by `lock`.
    private let lock = NSLock()
    private var memory: Tensor?
    private var placedCount = 0

    init(count: Int) {
        self.count = count
    }

    /// All rows, if each was placed; `nil` if not, and the samples have to be stacked.
    var complete: Tensor? {
        lock.withLock { placedCount == count ? memory : nil }
    }

    /// Copies a tensor into a row, and makes it that row. A small tensor stays as it is, and so does one that does not fit
    /// the others: what stacks the samples says so.
    func place(_ tensor: inout Tensor, at number: Int) throws {
        guard tensor.isDefined, tensor.device == .cpu,
            tensor.count * (tensor.dtype.byteCount ?? 0) >= Self.leastByteCount,
            let memory = try memory(like: tensor)
        else { return }
        let row = try memory.select(dim: 0, index: number)
        // Sparse tensors, for example, cannot be copied into it.
        guard (try? row.copy_(tensor)) != nil else { return }
        tensor = row
        lock.withLock { placedCount += 1 }
    }

    /// Below this size a copy of its own costs more than it saves.
    private static let leastByteCount = 16 << 10

    private func memory(like tensor: Tensor) throws -> Tensor? {
        try lock.withLock {
            guard let memory else {
                let memory = try Tensor.empty([count] + tensor.shape, dtype: tensor.dtype)
                self.memory = memory
                return memory
            }
            return memory.dtype == tensor.dtype && memory.shape.dropFirst() == tensor.shape[...] ? memory : nil
        }
    }
}
