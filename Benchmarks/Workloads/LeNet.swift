import Helios

/// Two convolutions and three linear layers: `[N, 3, 32, 32]` to `[N, 10]`.
final class LeNet: Module, Layer {
    let conv1, conv2: Conv2d
    let pool: MaxPool2d
    let fc1, fc2, fc3: Linear

    init() throws {
        conv1 = try Conv2d(3, 6, kernelSize: 5)
        conv2 = try Conv2d(6, 16, kernelSize: 5)
        pool = try MaxPool2d(kernelSize: 2, stride: 2)
        fc1 = try Linear(400, 120)
        fc2 = try Linear(120, 84)
        fc3 = try Linear(84, 10)
    }

    func callAsFunction(_ input: Tensor) throws -> Tensor {
        var x = try pool(relu(conv1(input)))
        x = try pool(relu(conv2(x)))
        x = try x.flatten(startDim: 1)
        return try fc3(relu(fc2(relu(fc1(x)))))
    }
}
