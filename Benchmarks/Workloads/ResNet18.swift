import Helios

/// Two convolutions around which the input goes on (He and others 2015, "Deep Residual Learning").
final class BasicBlock: Module, Layer {
    let conv1: Conv2d
    let bn1: BatchNorm2d
    let conv2: Conv2d
    let bn2: BatchNorm2d
    let down: any Module & Layer

    init(_ inputs: Int, _ outputs: Int, stride: Int) throws {
        conv1 = try Conv2d(inputs, outputs, kernelSize: 3, stride: stride, padding: 1, bias: false)
        bn1 = try BatchNorm2d(outputs)
        conv2 = try Conv2d(outputs, outputs, kernelSize: 3, stride: 1, padding: 1, bias: false)
        bn2 = try BatchNorm2d(outputs)
        down =
            stride != 1 || inputs != outputs
            ? try Sequential(
                Conv2d(inputs, outputs, kernelSize: 1, stride: stride, bias: false), BatchNorm2d(outputs))
            : Identity()
    }

    func callAsFunction(_ input: Tensor) throws -> Tensor {
        let x = try relu(bn1(conv1(input)))
        return try relu(bn2(conv2(x)) + down(input))
    }
}

/// ResNet-18 for small images: a first convolution of 3 by 3, and no pooling before the blocks. `[N, 3, 32, 32]` to
/// `[N, 10]`.
final class ResNet18: Module, Layer {
    let stem, blocks: Sequential
    let fc: Linear

    init() throws {
        stem = try Sequential(
            Conv2d(3, 64, kernelSize: 3, stride: 1, padding: 1, bias: false), BatchNorm2d(64), ReLU())
        var blocks: [any Module & Layer] = []
        var width = 64
        for (outputs, stride) in [(64, 1), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1)] {
            blocks.append(try BasicBlock(width, outputs, stride: stride))
            width = outputs
        }
        self.blocks = Sequential(blocks)
        fc = try Linear(512, 10)
    }

    func callAsFunction(_ input: Tensor) throws -> Tensor {
        let x = try adaptiveAvgPool2d(blocks(stem(input)), outputSize: 1)
        return try fc(x.flatten(startDim: 1))
    }
}
