import Helios

/// Two convolutions and three linear layers: `[N, 3, 32, 32]` to `[N, 10]`.
final class LeNet: Module, Layer {
    let conv1 = Conv2d(3, 6, kernelSize: 5)
    let conv2 = Conv2d(6, 16, kernelSize: 5)
    let pool = MaxPool2d(kernelSize: 2, stride: 2)
    let fc1 = Linear(400, 120)
    let fc2 = Linear(120, 84)
    let fc3 = Linear(84, 10)

    func forward(_ input: Tensor) throws -> Tensor {
        var x = try pool(relu(conv1(input)))
        x = try pool(relu(conv2(x)))
        x = try x.flatten(startDim: 1)
        return try fc3(relu(fc2(relu(fc1(x)))))
    }
}
