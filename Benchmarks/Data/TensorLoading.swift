import ArgumentParser
import Helios

/// Rows of a tensor in memory, in random order.
struct TensorLoading: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tensors", abstract: "Loads 65,536 rows of 64 numbers that are in memory.")

    @OptionGroup var loading: LoadingOptions

    func run() throws {
        let batch = 32
        var measurement = Measurement(framework: "ours-tensors", workers: loading.workers, images: 0, batch: batch)
        try measurement.take(loading) {
            try DataLoader(
                Rows(rows: Tensor.rand([65536, 64])),
                LoaderOptions(batchSize: batch, shuffle: true, dropLast: true, workers: loading.workers)
            )
            .epochs
        } check: { (first: Tensor) in
            guard first.shape == [batch, 64], first.dtype == .float32 else {
                throw ValidationError("a batch is \(first.dtype)\(first.shape)")
            }
        }
        try measurement.print()
    }
}

/// The rows of a tensor, without targets: what a peer's data set of one tensor gives.
private struct Rows: BatchDataset {
    let rows: Tensor

    var count: Int { rows.shape[0] }

    func batch(at indices: [Int], random: BatchRandom) throws -> Tensor {
        try rows.indexSelect(dim: 0, index: Tensor(indices))
    }
}
