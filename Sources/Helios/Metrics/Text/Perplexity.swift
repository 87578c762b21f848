import Foundation

/// The exponential of the mean negative log-likelihood of the correct tokens: torchmetrics' `Perplexity`.
public final class Perplexity: TensorMetric {
    public var state = MetricState()
    private let ignoreIndex: Int?

    /// Creates a metric that has not seen any tokens.
    ///
    /// - Parameter ignoreIndex: a target to ignore, for padding.
    public init(ignoreIndex: Int? = nil) {
        self.ignoreIndex = ignoreIndex
    }

    /// Adds a batch.
    ///
    /// - Parameters:
    ///   - predictions: logits `[…, V]`, from which a softmax computes the probabilities of the next token.
    ///   - targets: the correct tokens `[…]`.
    public func update(_ predictions: Tensor, _ targets: Tensor) throws {
        guard predictions.dtype.isFloatingPoint, predictions.shape.dropLast() == targets.shape[...],
            let vocabulary = predictions.shape.last, vocabulary > 0
        else {
            throw MetricError(
                "Perplexity: predictions \(predictions.dtype)\(predictions.shape) must be logits […, V], and targets "
                    + "\(targets.shape) tokens […]")
        }
        var (logits, tokens) = (try predictions.detach().reshape([-1, vocabulary]), try targets.detach().flatten())
        if let ignoreIndex {
            let rows = try (tokens .!= ignoreIndex).nonzero().flatten()
            (logits, tokens) = (
                try logits.indexSelect(dim: 0, index: rows), try tokens.indexSelect(dim: 0, index: rows)
            )
        }
        let labels = try MetricInput.labels("Perplexity", "targets", tokens, count: vocabulary)
        // Half precision would lose more than the sum gains.
        let type: DType = logits.dtype == .float64 ? .float64 : .float32
        let likelihoods = try logits.logSoftmax(dim: 1, dtype: type).gather(dim: 1, index: labels.unsqueeze(dim: 1))
        var next = state
        try next.add("surprise", -likelihoods.sum(dtype: .float64))
        try next.add("count", labels.count)
        state = next
    }

    public func compute() throws -> Double {
        exp(try state.number("surprise") / state.number("count"))
    }
}
