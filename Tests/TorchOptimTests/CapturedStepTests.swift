import TestSupport
import Testing
import Torch
import TorchNN
import TorchOptim

/// A training of a small network, the same each time it is made.
private struct SmallTraining {
    let network: any Layer & Module
    let optimizer: Optimizer
    let batches: [[Tensor]]

    static func perceptron(
        _ makeOptimizer: ([Tensor]) throws -> Optimizer = { try AdamW($0, learningRate: 0.01) }
    ) throws -> SmallTraining {
        try manualSeed(1)
        let network = Sequential(Linear(6, 16), ReLU(), Linear(16, 16), Tanh(), Linear(16, 4))
        return try SmallTraining(
            network: network, optimizer: makeOptimizer(network.parameters()), batches: batches(shape: [8, 6]))
    }

    static func convolutional() throws -> SmallTraining {
        try manualSeed(1)
        let network = Sequential(
            Conv2d(2, 6, kernelSize: 3, padding: 1), BatchNorm2d(6), ReLU(), MaxPool2d(kernelSize: 2), Dropout(p: 0.3),
            Conv2d(6, 8, kernelSize: 3), BatchNorm2d(8), ReLU(), Flatten(), Dropout(p: 0.2), Linear(32, 4))
        return try SmallTraining(
            network: network, optimizer: AdamW(network.parameters(), learningRate: 0.01),
            batches: batches(shape: [8, 2, 8, 8]))
    }

    private static func batches(shape: [Int]) throws -> [[Tensor]] {
        try (0..<10).map { _ in [try Tensor.randn(shape), try Tensor.randint(high: 4, size: [shape[0]])] }
    }

    func loss(_ batch: [Tensor]) throws -> Tensor {
        try crossEntropy(network(batch[0]), batch[1])
    }

    /// The usual step.
    func step(_ batch: [Tensor]) throws -> Tensor {
        try optimizer.zeroGrad()
        let loss = try loss(batch)
        try loss.backward()
        try optimizer.step()
        return loss
    }

    func state() throws -> StateDict {
        var state: StateDict = [
            "network": .dictionary(try network.stateDict()), "optimizer": .dictionary(try optimizer.stateDict()),
            // What is drawn next.
            "random": .tensor(try Tensor.rand([4])),
        ]
        for (number, parameter) in try network.parameters().enumerated() {
            state[.string("gradient \(number)")] = parameter.grad.map { StateValue.tensor($0) } ?? StateValue.none
        }
        return state
    }
}

/// Trains twice, with a captured step and with the step as it is, and expects the same bits of the losses and of all
/// that is left.
///
/// - Parameter between: called before each step.
/// - Returns: the captured step.
@discardableResult
private func expectSameTraining(
    _ make: () throws -> SmallTraining, mode: CaptureMode = .automatic, steps: Int = 50,
    step body: @escaping (SmallTraining, [Tensor]) throws -> Tensor = { try $0.step($1) },
    between: (SmallTraining, Int) throws -> Void = { _, _ in },
    batch: (SmallTraining, Int) throws -> [Tensor] = { $0.batches[$1 % $0.batches.count] },
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> CapturedStep<[Tensor], Tensor> {
    func train(_ training: SmallTraining, _ step: ([Tensor]) throws -> Tensor) throws -> StateDict {
        try manualSeed(2)
        var losses: [StateValue] = []
        for number in 0..<steps {
            try between(training, number)
            losses.append(.tensor(try step(batch(training, number)).detach()))
        }
        var state = try training.state()
        state["losses"] = .list(losses)
        return state
    }
    let eager = try make()
    let expected = try train(eager) { try body(eager, $0) }
    let training = try make()
    let step = captured(mode) { (batch: [Tensor]) in try body(training, batch) }
    let actual = try train(training) { try step($0) }
    try expectSameState(.dictionary(actual), .dictionary(expected), sourceLocation: sourceLocation)
    return step
}

@Suite(.standardGenerator) struct CapturedStepTests {
    // MARK: The same bits

    @Test(
        "a captured training ends in the same bits, whatever the optimizer",
        arguments: [
            "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "ASGD", "NAdam", "RAdam", "RMSprop", "Rprop", "SGD",
            "SGD with momentum",
        ])
    func optimizers(name: String) throws {
        let step = try expectSameTraining({
            try .perceptron { parameters in
                switch name {
                case "Adadelta": try Adadelta(parameters)
                case "Adagrad": try Adagrad(parameters)
                case "Adam": try Adam(parameters)
                case "AdamW": try AdamW(parameters)
                case "Adamax": try Adamax(parameters)
                case "ASGD": try ASGD(parameters)
                case "NAdam": try NAdam(parameters)
                case "RAdam": try RAdam(parameters)
                case "RMSprop": try RMSprop(parameters)
                case "Rprop": try Rprop(parameters)
                case "SGD": try SGD(parameters, learningRate: 0.1)
                default: try SGD(parameters, learningRate: 0.1, momentum: 0.9)
                }
            }
        })
        #expect(step.refusal == nil)
        #expect(step.replayCount == 46)
    }

    @Test("convolutions, batch normalization and dropout are replayed with the same bits and random numbers")
    func convolutions() throws {
        let step = try expectSameTraining({ try .convolutional() })
        #expect(step.refusal == nil)
        #expect(step.replayCount == 46)
    }

    @Test("gradients that one step accumulates are the same")
    func accumulation() throws {
        let step = try expectSameTraining(
            { try .perceptron() },
            step: { training, batch in
                try training.optimizer.zeroGrad()
                var total = try Tensor.zeros([])
                for part in 0..<2 {
                    let range = part * 4..<part * 4 + 4
                    let loss = try training.loss([batch[0][range], batch[1][range]]) / 2
                    try loss.backward()
                    total = try total + loss.detach()
                }
                try training.optimizer.step()
                return total
            })
        #expect(step.replayCount == 46)
    }

    @Test("gradients that several calls accumulate are the same")
    func accumulationOverCalls() throws {
        let step = try expectSameTraining(
            { try .perceptron() },
            step: { training, batch in
                let loss = try training.loss(batch)
                try loss.backward()
                return loss
            },
            between: { training, number in
                guard number % 3 == 2 else { return }
                try training.optimizer.step()
                try training.optimizer.zeroGrad()
            })
        #expect(step.refusal == nil)
        #expect(step.replayCount > 20)
    }

    @Test("gradients are clipped by their norm as of the moment")
    func clipping() throws {
        let step = try expectSameTraining(
            { try .perceptron { try SGD($0, learningRate: 0.1, momentum: 0.9) } },
            step: { training, batch in
                try training.optimizer.zeroGrad()
                let loss = try training.loss(batch)
                try loss.backward()
                let norm = try clipGradNorm_(training.network, maxNorm: 0.5)
                try training.optimizer.step()
                return try loss.detach() + norm
            })
        #expect(step.replayCount == 46)
    }

    @Test("several optimizers step in one captured step")
    func twoOptimizers() throws {
        var second: SGD?
        let step = try expectSameTraining(
            {
                let training = try SmallTraining.perceptron { try AdamW(Array($0.prefix(2)), learningRate: 0.01) }
                second = try SGD(Array(training.network.parameters().suffix(2)), learningRate: 0.1, momentum: 0.5)
                return training
            },
            step: { training, batch in
                for parameter in try training.network.parameters() { try parameter.setGrad(nil) }
                let loss = try training.loss(batch)
                try loss.backward()
                try training.optimizer.step()
                let later = try training.loss(batch)
                try second?.step()
                return try later + loss
            })
        #expect(step.refusal == nil)
        #expect(step.replayCount == 46)
    }

    // MARK: What changes

    @Test("a learning rate that changes between steps counts")
    func learningRate() throws {
        let step = try expectSameTraining(
            { try .perceptron() },
            between: { training, number in
                training.optimizer.parameterGroups[0].learningRate = 0.02 / Double(number + 1)
            })
        #expect(step.refusal == nil)
        #expect(step.replayCount == 46)
    }

    @Test("a last batch of another size is replayed by a recording of its own")
    func batchSizes() throws {
        let step = try expectSameTraining(
            { try .perceptron() },
            batch: { training, number in
                let batch = training.batches[number % 10]
                return number % 5 == 4 ? [try batch[0][..<3], try batch[1][..<3]] : batch
            })
        #expect(step.refusal == nil)
        // Three calls of ten for the small batches are recorded or compared, and four of forty for the others.
        #expect(step.replayCount == 43)
    }

    @Test("layers that are switched to evaluation and back compute as they are then")
    func evaluation() throws {
        let step = try expectSameTraining(
            { try .convolutional() },
            between: { training, number in
                if number == 10 { training.network.eval() }
                if number == 25 { training.network.train() }
            })
        #expect(step.refusal == nil)
        #expect(step.replayCount > 30)
    }

    @Test("a parameter that is thawed gets gradients, and one that is frozen gets none")
    func freezing() throws {
        let step = try expectSameTraining(
            { try .perceptron { try SGD($0, learningRate: 0.1) } },
            between: { training, number in
                guard number % 20 == 0 else { return }
                let parameters = try training.network.parameters()
                try parameters[0].requiresGrad_(number == 20)
                try parameters[3].requiresGrad_(number != 20)
            })
        #expect(step.refusal == nil)
        #expect(step.replayCount > 30)
    }

    @Test("arguments that begin to share their memory are noticed")
    func aliasedArguments() throws {
        let step = try expectSameTraining(
            { try .perceptron() },
            step: { training, batch in
                try training.optimizer.zeroGrad()
                try batch[2].mul_(0.5)
                let loss = try training.loss([batch[0] + batch[2], batch[1]])
                try loss.backward()
                try training.optimizer.step()
                return loss
            },
            batch: { training, number in
                let (input, classes) = (try training.batches[number % 10][0].clone(), training.batches[number % 10][1])
                return [input, classes, number % 7 == 6 ? input : try input.clone()]
            })
        #expect(step.refusal == nil)
        #expect(step.replayCount > 25)
    }

    @Test("gradients that the program still holds are not overwritten")
    func heldGradients() throws {
        let training = try SmallTraining.perceptron()
        let step = captured { (batch: [Tensor]) in try training.step(batch) }
        for number in 0..<8 { _ = try step(training.batches[number]) }
        #expect(step.lastObstacle == nil)
        let parameter = try training.network.parameters()[0]
        let held = try #require(parameter.grad)
        let values = try held.array(Float.self)
        _ = try step(training.batches[8])
        #expect(try held.array(Float.self) == values)
        #expect(try #require(parameter.grad).array(Float.self) != values)
    }

    @Test("parameters that were loaded in place are used, and one that is another tensor is noticed")
    func replacedParameters() throws {
        var saved: [Tensor] = []
        let step = try expectSameTraining(
            { try .perceptron() },
            between: { training, number in
                let parameters = try training.network.parameters()
                if number == 10 { saved = try parameters.map { try $0.detach().clone() } }
                if number == 20 {
                    try noGrad { for (parameter, value) in zip(parameters, saved) { try parameter.copy_(value) } }
                }
                if number == 30 { try parameters[0].setData(parameters[0].detach() * 2) }
            })
        #expect(step.refusal == nil)
        #expect(step.replayCount > 40)
    }

    // MARK: What is refused

    private func expectRefusal(
        _ part: String, sourceLocation: SourceLocation = #_sourceLocation,
        make: () throws -> SmallTraining = { try .perceptron() },
        between: (SmallTraining, Int) throws -> Void = { _, _ in },
        _ body: @escaping (SmallTraining, [Tensor]) throws -> Tensor
    ) throws {
        let step = try expectSameTraining(
            make, steps: 15, step: body, between: between, sourceLocation: sourceLocation)
        #expect(step.refusal?.contains(part) == true, "\(step.refusal ?? "none")", sourceLocation: sourceLocation)
        #expect(step.replayCount == 0, sourceLocation: sourceLocation)
        // The same, where it is an error.
        let training = try make()
        let required = captured(.required) { (batch: [Tensor]) in try body(training, batch) }
        let error = #expect(throws: CaptureError.self, sourceLocation: sourceLocation) {
            for number in 0..<15 {
                try between(training, number)
                _ = try required(training.batches[number % 10])
            }
        }
        #expect(error?.description.contains(part) == true, sourceLocation: sourceLocation)
    }

    @Test("a step that reads a number of a tensor is refused")
    func item() throws {
        try expectRefusal("item()") { training, batch in
            let loss = try training.step(batch)
            return try loss.item(Float.self) > 1e6 ? loss * 2 : loss
        }
        try expectRefusal("reads the memory") { training, batch in
            let loss = try training.step(batch)
            return try loss.detach().reshape([1]).array(Float.self)[0] > 1e6 ? loss * 2 : loss
        }
    }

    @Test("a step whose shapes depend on elements is refused")
    func dynamicShapes() throws {
        try expectRefusal("aten::nonzero") { training, batch in
            let loss = try training.step(batch)
            return try loss.detach() + batch[1].nonzero().sum()
        }
    }

    @Test("a number that Swift computes anew for each step is refused, with the operation that gets it")
    func counter() throws {
        var calls = 0.0
        try expectRefusal("aten::mul", between: { _, number in if number == 0 { calls = 0 } }) { training, batch in
            calls += 1
            try training.optimizer.zeroGrad()
            let loss = try training.loss(batch) * (1 + calls / 100)
            try loss.backward()
            try training.optimizer.step()
            return loss
        }
    }

    @Test("elements that Swift computes anew for each step are refused")
    func literals() throws {
        var calls: Float = 0
        try expectRefusal("other elements", between: { _, number in if number == 0 { calls = 0 } }) { training, batch in
            calls += 1
            return try training.step([batch[0] + Tensor([0, 0, 0, 0, 0, calls]), batch[1]])
        }
    }

    @Test("a tensor that is another one in each step and no argument is refused")
    func capturedTensor() throws {
        var noise = try Tensor.zeros([8, 6])
        try expectRefusal("another", between: { _, number in noise = try Tensor.full([8, 6], Double(number)) }) {
            training, batch in try training.step([batch[0] + noise, batch[1]])
        }
    }

    @Test("a step that keeps a tensor without returning it is refused")
    func keptTensor() throws {
        var kept: Tensor?
        try expectRefusal("keeps the result of aten::") { training, batch in
            kept = try training.network(batch[0]).detach()
            return try training.step(batch)
        }
        #expect(kept != nil)
    }

    @Test("a hook on a gradient is refused, and noticed if it is added to a step that is replayed")
    func hooks() throws {
        var handle: TensorHookHandle?
        let step = try expectSameTraining(
            { try .perceptron() },
            between: { training, number in
                if number == 20 {
                    handle = try training.network.parameters()[0].registerHook { try $0 * 2 }
                }
            })
        handle?.remove()
        #expect(step.refusal?.contains("hook") == true)
        #expect(step.replayCount == 16)
    }

    @Test("a step that changes the options of its optimizer is refused")
    func schedulerInside() throws {
        try expectRefusal("options") { training, batch in
            let loss = try training.step(batch)
            training.optimizer.parameterGroups[0].learningRate *= 0.9
            return loss
        }
    }

    @Test("a step that seeds the random numbers is refused")
    func seeding() throws {
        try expectRefusal("random generator") { training, batch in
            try manualSeed(3)
            return try training.step(batch)
        }
    }

    @Test("a change that nothing announces is found by the comparisons that are made from time to time, and reported")
    func audits() throws {
        let training = try SmallTraining.perceptron { try SGD($0, learningRate: 0.01) }
        var factor = 1.0
        let step = captured { (batch: [Tensor]) in
            try training.optimizer.zeroGrad()
            let loss = try training.loss(batch) * factor
            try loss.backward()
            try training.optimizer.step()
            return loss
        }
        for number in 0..<100 {
            if number == 40 { factor = 0.5 }
            _ = try step(training.batches[number % 10])
        }
        #expect(step.replayCount == 64)
        #expect(step.refusal?.contains("has changed since it was recorded") == true)
    }

    @Test("what a replay throws is the operation's own error, and the next step is right")
    func errors() throws {
        let training = try SmallTraining.perceptron()
        let step = captured { (batch: [Tensor]) in try training.step(batch) }
        for number in 0..<8 { _ = try step(training.batches[number]) }
        let wrong = try Tensor.full([8], 9, dtype: .int64)
        #expect(throws: TorchError.self) { try step([training.batches[8][0], wrong]) }
        let expected = try noGrad { try training.loss(training.batches[9]).item(Float.self) }
        #expect(try step(training.batches[9]).item(Float.self) == expected)
    }

    @Test("results of replays are tensors of their own without a graph")
    func results() throws {
        let training = try SmallTraining.perceptron()
        let step = captured { (batch: [String: Tensor]) in
            let loss = try training.step([batch["x"] ?? .zeros([1]), batch["y"] ?? .zeros([1])])
            return ["loss": loss, "twice": try loss * 2]
        }
        var results: [[String: Tensor]] = []
        for batch in training.batches { results.append(try step(["x": batch[0], "y": batch[1]])) }
        #expect(step.replayCount == 6)
        let losses = try results.compactMap { try $0["loss"]?.item(Float.self) }
        #expect(Set(losses).count == 10)
        #expect(try results.compactMap { try $0["twice"]?.item(Float.self) } == losses.map { $0 * 2 })
        #expect(results.allSatisfy { $0["loss"]?.requiresGrad == false })
    }
}
