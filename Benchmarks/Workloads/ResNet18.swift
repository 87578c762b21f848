import Helios

/// Two convolutions with a connection around them (He and others 2015, "Deep Residual Learning").
final class BasicBlock: Module, Layer {
    let conv1: Conv2d
    let bn1: BatchNorm2d
    let conv2: Conv2d
    let bn2: BatchNorm2d
    let down: any Layer

    init(_ inputs: Int, _ outputs: Int, stride: Int) {
        conv1 = Conv2d(inputs, outputs, kernelSize: 3, stride: stride, padding: 1, bias: false)
        bn1 = BatchNorm2d(outputs)
        conv2 = Conv2d(outputs, outputs, kernelSize: 3, stride: 1, padding: 1, bias: false)
        bn2 = BatchNorm2d(outputs)
        down =
            stride != 1 || inputs != outputs
            ? Sequential(Conv2d(inputs, outputs, kernelSize: 1, stride: stride, bias: false), BatchNorm2d(outputs))
            : Identity()
    }

    func forward(_ input: Tensor) throws -> Tensor {
        let x = try relu(bn1(conv1(input)))
        return try relu(bn2(conv2(x)) + down(input))
    }
}

/// ResNet-18 for small images: a first convolution of 3 by 3, and no pooling before the blocks. `[N, 3, 32, 32]` to
/// `[N, 10]`.
final class ResNet18: Module, Layer {
    let stem = Sequential {
        Conv2d(3, 64, kernelSize: 3, stride: 1, padding: 1, bias: false)
        BatchNorm2d(64)
        ReLU()
    }
    let blocks = Sequential {
        BasicBlock(64, 64, stride: 1)
        BasicBlock(64, 64, stride: 1)
        for width in [64, 128, 256] {
            BasicBlock(width, 2 * width, stride: 2)
            BasicBlock(2 * width, 2 * width, stride: 1)
        }
    }
    let fc = Linear(512, 10)

    func forward(_ input: Tensor) throws -> Tensor {
        let x = try adaptiveAvgPool2d(blocks(stem(input)), outputSize: 1)
        return try fc(x.flatten(startDim: 1))
    }
}
