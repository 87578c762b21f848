import Helios
import TestSupport
import Testing
import Torch

@testable import HeliosVision

@Suite struct AugmentationTests {
    @Test("operations and magnitudes are torchvision's", arguments: ["auto", "rand", "trivial", "mix"])
    func spaces(_ name: String) throws {
        let spaces = try fixture("transforms", as: TransformFixture.self).spaces
        let recorded = try #require(spaces[name])
        let space: AugmentSpace =
            switch name {
            case "auto": .auto
            case "rand": .rand
            case "trivial": .trivial
            default: .mix(allOperations: true)
            }
        #expect(Set(space.operations.map(\.rawValue)) == Set(recorded.keys))
        for operation in space.operations {
            let magnitudes = try #require(recorded[operation.rawValue])
            #expect(operation.isSigned == magnitudes.isSigned)
            let bins = magnitudes.values.count
            let actual = (0..<bins).map {
                space.magnitude(of: operation, bin: $0, bins: bins, size: ImageSize(height: 11, width: 14))
            }
            try expectClose(Tensor(actual), Tensor(magnitudes.values), "\(operation)")
        }
    }

    @Test("AutoAugment's pairs are torchvision's", arguments: AutoAugment.Policy.allCases)
    func policies(_ policy: AutoAugment.Policy) throws {
        let policies = try fixture("transforms", as: TransformFixture.self).policies
        let recorded = try #require(policies[policy.rawValue])
        let expected = try recorded.map { pair in
            try pair.map {
                AutoAugment.Policy.Step(
                    operation: try #require(AugmentOperation(rawValue: $0.name)), probability: $0.probability,
                    bin: $0.bin)
            }
        }
        #expect(policy.pairs == expected)
    }

    @Test("any choice of any method works on bytes, gray or in color", arguments: [1, 3])
    func allChoices(_ channels: Int) throws {
        let picture = try testPicture(17, 15, channels: channels)
        let methods: [any Transform] = [
            AutoAugment(), AutoAugment(policy: .cifar10),
            AutoAugment(policy: .svhn, interpolation: .bilinear, fill: [7]),
            RandAugment(operations: 3, magnitude: 30), TrivialAugmentWide(interpolation: .bilinear),
            AugMix(severity: 10),
            AugMix(mixtureWidth: 1, chainDepth: 2, alpha: 0.3, allOperations: false),
        ]
        for method in methods {
            for index in 0..<40 {
                var random = SampleRandom.test(index)
                let result = try method.apply(to: ImageSample(image: picture), random: &random).image
                #expect(result.shape == picture.shape && result.dtype == .uint8)
            }
        }
    }

    @Test("images with boxes are refused, since the operations would move them")
    func boxes() throws {
        let sample = ImageSample(image: try testPicture(9, 9), boxes: try Tensor.zeros([1, 4]))
        let methods: [any Transform] = [AutoAugment(), RandAugment(), TrivialAugmentWide(), AugMix()]
        for method in methods {
            var random = SampleRandom.test()
            #expect(throws: DataError.self) { try method.apply(to: sample, random: &random) }
        }
    }

    @Test("mixed samples and targets have the same shares")
    func mixUp() throws {
        let batch = LabeledBatch(
            inputs: try Tensor([1.0, 10, 100], shape: [3, 1, 1, 1]).to(.float32), targets: try Tensor([0, 1, 2]))
        var shares: [Double] = []
        for index in 0..<300 {
            var random = SampleRandom.test(index)
            let mixed = try MixUp(alpha: 0.4, classes: 3).apply(to: batch, random: &random)
            let inputs = try mixed.inputs.flatten().array(Float.self).map { Double($0) }
            let share = (inputs[1] - 1) / 9
            shares.append(share)
            let rest = 1 - share
            let values: [Double] = [share, 0, rest, rest, share, 0, 0, rest, share]
            let expected = try Tensor(values, shape: [3, 3]).to(.float32)
            try expectClose(mixed.targets, expected, relative: 1e-4, absolute: 1e-5)
        }
        // Five standard deviations of the mean of 300 draws: the variance of this distribution is 1/7.2.
        let mean = shares.reduce(0, +) / 300
        #expect((0.39...0.61).contains(mean))
    }

    @Test("the share of the targets is the share of the area")
    func cutMix() throws {
        let images = try Tensor.arange(4, dtype: .float32).view([4, 1, 1, 1]).expand([4, 3, 20, 30])
        let batch = LabeledBatch(inputs: images, targets: try Tensor([0, 1, 2, 3]))
        for index in 0..<50 {
            var random = SampleRandom.test(index)
            let mixed = try CutMix(classes: 4).apply(to: batch, random: &random)
            let share = try mixed.inputs[2].eq(2).float().mean().item(Double.self)
            let neighbors = try mixed.inputs[2].eq(1).float().mean().item(Double.self)
            #expect(neighbors.isAlmost(1 - share))
            let targets = try mixed.targets[2].array(Float.self).map { Double($0) }
            #expect(targets[2].isAlmost(share))
            #expect(targets[1].isAlmost(1 - share))
        }
    }

    @Test("batches that cannot be mixed are errors")
    func wrongBatches() throws {
        var random = SampleRandom.test()
        let numbers = try Tensor.zeros([2, 3, 4, 4])
        let labels = try Tensor([0, 1])
        func mix(_ inputs: Tensor, _ targets: Tensor, alpha: Double = 1, classes: Int? = 2) throws {
            let batch = LabeledBatch(inputs: inputs, targets: targets)
            #expect(throws: (any Error).self) {
                try MixUp(alpha: alpha, classes: classes).apply(to: batch, random: &random)
            }
        }
        try mix(numbers, labels, alpha: 0)
        try mix(numbers, labels, classes: nil)
        try mix(numbers, Tensor([0, 5]))
        try mix(numbers, Tensor([0, 1, 1]))
        try mix(numbers, Tensor.zeros([2, 3]))
        try mix(numbers, labels.float())
        try mix(numbers.to(.uint8), labels)
        let flat = LabeledBatch(inputs: try Tensor.zeros([2, 5]), targets: labels)
        #expect(throws: DataError.self) { try CutMix(classes: 2).apply(to: flat, random: &random) }
    }
}

extension Double {
    fileprivate func isAlmost(_ other: Double) -> Bool { abs(self - other) < 1e-5 }
}
