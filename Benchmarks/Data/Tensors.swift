import Dispatch
import Foundation
import Helios
import Workloads

/// Batches of 32 rows in random order from 65,536 rows of 64 numbers in memory, as `tensors` and `tensors-index` in the
/// peers' loader take them.
enum Tensors {
    static let rowCount = 65_536
    static let columnCount = 64
    static let batchSize = 32

    /// Rows of one tensor: what PyTorch's `TensorDataset` of one tensor is.
    private struct Rows: BatchDataset {
        let values: Tensor
        let count = Tensors.rowCount

        func batch(at indices: [Int], random: BatchRandom) throws -> Tensor {
            try values.indexSelect(dim: 0, index: Tensor(indices))
        }
    }

    /// What a measurement found, with the names of the peers' lines.
    struct Result: Encodable {
        let framework = "ours-tensors"
        let workers: Int
        let images = 0
        let batch = Tensors.batchSize
        var firstBatchSeconds = 0.0
        var batchesPerSecond = 0.0
        var rssMib = 0
        let cpus = ProcessInfo.processInfo.activeProcessorCount

        enum CodingKeys: String, CodingKey {
            case framework, workers, images, batch
            case firstBatchSeconds = "first_batch_seconds"
            case batchesPerSecond = "batches_per_second"
            case rssMib = "rss_mib"
            case cpus
        }
    }

    /// Goes through some epochs and measures the last one.
    ///
    /// - Parameters:
    ///   - workers: how many threads make batches ahead; 0 makes each when it is asked for.
    ///   - epochs: how many, at least two.
    static func measure(workers: Int, epochs: Int) throws -> Result {
        // Each batch is one small operation, as in the peers' worker processes.
        try LibTorch.setThreadCount(1)
        var result = Result(workers: workers)
        let start = DispatchTime.now().uptimeNanoseconds
        let rows = Rows(values: try Tensor.rand([rowCount, columnCount]))
        let loader = try DataLoader(rows, LoaderOptions(batchSize: batchSize, shuffle: true, workers: workers))
        for epoch in 0..<max(epochs, 2) {
            let epochStart = DispatchTime.now().uptimeNanoseconds
            let batches = try loader.batches(epoch: epoch)
            var count = 0
            while let batch = try batches.next() {
                if epoch == 0, count == 0 {
                    result.firstBatchSeconds = seconds(since: start)
                    guard batch.shape == [batchSize, columnCount] else { throw WrongBatch(shape: batch.shape) }
                }
                count += 1
            }
            result.batchesPerSecond = Double(count) / seconds(since: epochStart)
        }
        result.rssMib = peakMemory >> 20
        return result
    }

    private static func seconds(since start: UInt64) -> Double {
        Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    }

    struct WrongBatch: Error {
        let shape: [Int]
    }
}
