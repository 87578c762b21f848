import Torch
import TorchNN

/// Trains a network on several ranks, each with its own part of every batch: PyTorch's `DistributedDataParallel`.
///
/// ```swift
/// let parallel = try DistributedDataParallel(network, group: group)
/// let loss = try crossEntropy(parallel(inputs), targets)
/// try parallel.backward(loss)             // every rank has the mean of the gradients
/// try optimizer.step()
/// ```
/// At the start, the parameters and buffers of rank 0 are copied to the others. While a backward pass still computes
/// gradients, those that are ready are averaged over the ranks, in buckets. So the gradients, and with the same
/// optimizer the parameters, are the same on all ranks; with a loss that is a mean over equally large parts, they are
/// those of one process with the whole batch, but for rounding.
///
/// All ranks run forward and backward passes of the wrapper equally often. For what one rank computes alone, a
/// validation for example, call ``module``. Use the wrapper on one thread at a time. State keys begin with `module.`,
/// as in PyTorch.
public final class DistributedDataParallel<Network: Module>: Module {
    /// The network itself.
    public let module: Network
    /// The ranks that train it.
    public let group: ProcessGroup
    /// How gradients are exchanged.
    public let options: DistributedDataParallelOptions

    let reducer: GradientReducer
    private let parameters: [(name: String, parameter: Tensor)]
    private var averagesGradients = true
    var sendsBuffers = true
    /// What the ranks tell each other inside `join`; `nil` outside.
    var unevenInputs: UnevenInputs?

    /// - Parameters:
    ///   - module: the network, built alike on all ranks. Parameters that do not require a gradient now take no part.
    ///   - group: the ranks.
    ///   - options: how gradients are exchanged; the same on all ranks.
    /// - Throws: ``DistributedError`` of kind `mismatch` on all ranks if their networks or options differ.
    public init(
        _ module: Network, group: ProcessGroup, options: DistributedDataParallelOptions = .init()
    ) throws {
        let operation = "DistributedDataParallel"
        let named = try module.namedParameters()
        let parameters = named.filter(\.parameter.requiresGrad)
        guard !parameters.isEmpty else {
            throw group.error(
                .invalidArgument, operation,
                "no parameter of the network requires a gradient, so there is nothing to exchange")
        }
        guard options.firstBucketByteCount > 0, options.bucketByteCount > 0 else {
            throw group.error(.invalidArgument, operation, "the sizes of buckets must be positive")
        }
        for (name, parameter) in parameters where !parameter.isFloatingPointOnCPU {
            throw group.error(
                .invalidArgument, operation,
                "'\(name)' is \(parameter.dtype) on \(parameter.device): Gloo averages floating-point numbers on "
                    + "the CPU"
            )
        }
        try group.verifySameModel(module, options)
        let state = named.map(\.parameter) + (try module.buffers())
        try group.broadcastCoalesced(state, source: 0, operation)
        reducer = try group.explainingFailures(operation) {
            try GradientReducer(parameters.map(\.parameter), group.begin(operation), options)
        }
        self.parameters = parameters
        self.module = module
        self.group = group
        self.options = options
        super.init(isTraining: module.isTraining)
    }

    /// Runs `body` without exchanging the gradients of forward and backward passes in it, so that they add up on each
    /// rank: PyTorch's `no_sync`. The first backward pass after it exchanges the sums.
    ///
    /// The forward pass counts, too: put it and its backward pass into the same `body`.
    public func noSync<Result>(_ body: () throws -> Result) rethrows -> Result {
        let previous = averagesGradients
        averagesGradients = false
        defer { averagesGradients = previous }
        return try body()
    }

    /// Runs a forward pass of the network that fits none of the protocols of modules, with all that belongs to it:
    /// `try parallel.synchronized { try network(tokens, mask: mask) }`.
    ///
    /// - Parameter forward: calls ``module`` and returns what the loss depends on.
    /// - Throws: ``DistributedError`` if a rank does not come, or if a parameter had no gradient in the backward pass
    ///   before; what `forward` throws.
    public func synchronized<Output>(_ forward: () throws -> Output) throws -> Output {
        let exchanges = averagesGradients && isGradEnabled
        if exchanges { try requireSameParameters() }
        let source = try beginPass(exchanges: exchanges)
        if exchanges { try explained { try reducer.prepareForward() } }
        if sendsBuffers { try sendBuffers(source: source) }
        let output = try forward()
        sendsBuffers = exchanges
        if exchanges {
            let outputs = options.findUnusedParameters ? tensors(in: output) : []
            try explained { try reducer.prepareBackward(outputs) }
        }
        return output
    }

    /// Copies the buffers of one rank to the others, unless the options say not to.
    func sendBuffers(source: Int) throws {
        guard options.broadcastBuffers else { return }
        let buffers = try module.buffers()
        if !buffers.isEmpty { try group.broadcastCoalesced(buffers, source: source, "forward") }
    }

    /// Computes the gradients, as `loss.backward()` does, with errors that say which rank did not come.
    ///
    /// - Throws: ``DistributedError`` if an exchange fails; what hooks throw.
    public func backward(_ loss: Tensor, gradient: Tensor? = nil, retainGraph: Bool? = nil) throws {
        try group.explainingFailures("backward") { try loss.backward(gradient: gradient, retainGraph: retainGraph) }
    }

    /// The number of buckets that gradients travel in: at first one, unless unused parameters are looked for, and from
    /// the second forward pass on as many as their sizes make.
    public var bucketCount: Int { reducer.bucketCount }

    /// The reducer knows the tensors that it was given; others would silently not be averaged.
    private func requireSameParameters() throws {
        let current = try module.parameters().filter(\.requiresGrad)
        guard current.count != parameters.count || !zip(current, parameters).allSatisfy({ $0.isSame(as: $1.parameter) })
        else { return }
        throw group.error(
            .invalidArgument, "forward",
            "the network has other parameters that require gradients than when it was wrapped: make a new "
                + "DistributedDataParallel after replacing, freezing or unfreezing parameters")
    }

    /// Says of the reducer's errors what to do here; libtorch's own text speaks of Python.
    private func explained(_ body: () throws -> Void) throws {
        do {
            try group.explainingFailures("forward", body)
        } catch let error as TorchError where error.message.contains("Expected to have finished reduction") {
            let line = error.message.split(separator: "\n").first { $0.contains("did not receive grad") } ?? ""
            let indices = line.split(separator: ":").last?.split(separator: " ").compactMap { Int($0) } ?? []
            let names = indices.filter(parameters.indices.contains).map { "'\(parameters[$0].name)'" }
            let which = names.isEmpty ? "a parameter" : names.prefix(8).joined(separator: ", ")
            throw group.error(
                .invalidArgument, "forward",
                "the backward pass before gave no gradient for \(which)\(names.count > 8 ? ", …" : ""), so the "
                    + "exchange did not end. If the loss does not depend on all parameters, set "
                    + "`findUnusedParameters: true`; if there was no backward pass, run such a forward pass in "
                    + "`noSync` or without gradients")
        }
    }
}

extension DistributedDataParallel: Layer where Network: Layer {
    public func forward(_ input: Tensor) throws -> Tensor {
        try synchronized { try module(input) }
    }
}

extension DistributedDataParallel: Callable where Network: Callable {
    public func forward(_ input: Network.Input) throws -> Network.Output {
        try synchronized { try module(input) }
    }
}

extension Tensor {
    fileprivate var isFloatingPointOnCPU: Bool {
        device == .cpu && ReduceOperation.mean.accepts(dtype) && !dtype.isComplex
    }
}
