import Helios
import TestSupport
import Testing

@Suite("Other computations on a device that is not the CPU") struct ComputationTests {
    @Test("initializers draw on the device")
    func initializers() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                let initializers: [(String, (Tensor) throws -> Tensor)] = [
                    ("uniform", { try Init.uniform_($0, -1, 1) }), ("normal", { try Init.normal_($0) }),
                    ("xavier uniform", { try Init.xavierUniform_($0) }),
                    ("kaiming normal", { try Init.kaimingNormal_($0) }),
                    ("truncated", { try Init.truncNormal_($0) }), ("orthogonal", { try Init.orthogonal_($0) }),
                ]
                for (name, initialize) in initializers {
                    Simulation.expectSame(name, make: { try Tensor.zeros([4, 6], device: $0) }) { tensor, _ in
                        [(name, try initialize(tensor))]
                    }
                }
                // Without a generator, its positions are drawn on the CPU, as in PyTorch.
                let device = try Simulation.device
                let sparse = try Init.sparse_(Tensor.zeros([4, 6], device: device), sparsity: 0.5)
                #expect(try sparse.eq(0).sum().item(Int.self) == 12)
                let generator = try Generator(seed: 2, device: device)
                try Init.sparse_(Tensor.zeros([4, 6], device: device), sparsity: 0.5, generator: generator)
            }
        }
    }

    @Test("distributions sample and score on the device of their parameters")
    func distributions() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                typealias Make = (Tensor) throws -> any Distribution
                let distributions: [(String, Make)] = [
                    ("Normal", { try Normal($0, 1.5) }), ("Normal 2", { try Normal(0.5, $0) }),
                    ("LogNormal", { try LogNormal($0, $0) }), ("Uniform", { try Uniform(0, $0) }),
                    ("Laplace", { try Laplace($0, 2) }), ("Exponential", { try Exponential($0) }),
                    ("Gamma", { try Gamma($0, 2) }), ("Beta", { try Beta($0, $0) }), ("Poisson", { try Poisson($0) }),
                    ("StudentT", { try StudentT($0) }), ("Dirichlet", { try Dirichlet($0) }),
                    ("Bernoulli", { try Bernoulli(probs: $0 / 4) }),
                    ("Binomial", { try Binomial(totalCount: 5, probs: $0 / 4) }),
                    ("Categorical", { try Categorical(logits: $0) }),
                    ("MultivariateNormal", { try MultivariateNormal($0, covarianceMatrix: ($0 + 1).diag()) }),
                ]
                for (name, make) in distributions {
                    Simulation.expectSame(
                        name, tolerance: 1e-6, make: { try make(Tensor([0.5, 1, 2, 3.0], device: $0).to(.float32)) }
                    ) { distribution, _ in
                        let sample = try distribution.sample([3])
                        return [("sample", sample), ("log probability", try distribution.logProb(sample))]
                    }
                }
            }
        }
    }

    @Test("packed sequences, masks, parametrizations and averages compute what they compute on the CPU")
    func structures() async {
        await #expect(processExitsWith: .success) {
            Simulation.run {
                Simulation.expectSame(
                    "packed LSTM", tolerance: 1e-5,
                    make: { (try LSTM(3, 4).to($0), try Tensor.randn([5, 2, 3]).to($0)) }
                ) { subject, _ in
                    let (lstm, input) = subject
                    let (output, state) = try lstm(packPaddedSequence(input, lengths: [3, 5], enforceSorted: false))
                    return [("output", try padPackedSequence(output).output), ("hidden", state.hidden)]
                }
                Simulation.expectSame(
                    "masked attention", tolerance: 1e-5,
                    make: { (try MultiheadAttention(4, 2).to($0), try Tensor.randn([3, 2, 4]).to($0)) }
                ) { subject, device in
                    let (attention, input) = subject
                    let padding = try Tensor([[false, true, false], [false, false, true]], device: device)
                    return [("output", try attention(input, input, input, keyPaddingMask: padding).output)]
                }
                Simulation.expectSame(
                    "embedding bag", make: { (try EmbeddingBag(5, 3, mode: .sum).to($0), $0) }
                ) { subject, device in
                    let offsets = try Tensor([0, 2], device: device)
                    let output = try subject.0(Tensor([1, 2, 4], device: device), offsets: offsets)
                    try output.sum().backward()
                    return [("output", output), ("gradient", try #require(subject.0.weight.grad))]
                }
                let wraps: [(String, (Linear) -> Linear)] = [
                    ("weight norm", { weightNorm($0) }), ("spectral norm", { spectralNorm($0) }),
                    ("orthogonal", { orthogonal($0) }),
                ]
                for (name, wrap) in wraps {
                    Simulation.expectSame(
                        name, tolerance: 1e-5,
                        make: { try wrap(Linear(4, 4)).to($0) }
                    ) { layer, device in [("output", try layer(Tensor.ones([2, 4], device: device)))] }
                }
                Simulation.expectSame(
                    "average", make: { (try Linear(3, 2).to($0), try Linear(3, 2).to($0)) }
                ) { subject, _ in
                    let (network, copy) = subject
                    let averaged = AveragedModel(
                        network, copy: copy, averaging: .exponential(decay: 0.5))
                    for _ in 0..<2 {
                        try noGrad { _ = try network.weight.add_(1) }
                        try averaged.updateParameters(network)
                    }
                    return [("weight", averaged.module.weight)]
                }
                let summary = try Linear(3, 2).to(Simulation.device).summary(inputSize: [4, 3])
                #expect(summary.parameterCount == 8)
            }
        }
    }
}
