import Torch

/// The batches of a data set of numbers, as PyTorch's loader with Python Helios' samplers gives them.
struct ReferenceLoader {
    let count: Int
    let offset: Int
    let options: TraceLoaderOptions
    let seed: Int
    /// How many batches of every epoch are skipped.
    var start = 0

    func batches(epoch: Int) throws -> [[Int]] {
        var order = Array(0..<max(count, 0))
        if options.shuffle {
            let generator = try Generator(seed: UInt64(seedOfPyTorch: seed) &+ UInt64(epoch))
            order = try Tensor.randperm(count, generator: generator).array(Int.self)
        }
        let size = max(options.batchSize, 1)
        var batches = stride(from: 0, to: order.count, by: size).map { first in
            order[first..<min(first + size, order.count)].map { $0 + offset }
        }
        if options.dropLast, let last = batches.last, last.count < size { batches.removeLast() }
        return Array(batches.dropFirst(start))
    }
}
