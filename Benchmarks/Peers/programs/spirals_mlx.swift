import Foundation
import MLX
import MLXNN
import MLXOptimizers
import MLXRandom

func makeSpirals(_ count: Int) -> (points: MLXArray, labels: MLXArray) {
    let index = MLXArray(0..<count)
    let labels = index % 2
    let radius = index.asType(.float32) / Float(count)
    let angle = Float.pi * (2 * radius + labels)
    return (stacked([radius * cos(angle), radius * sin(angle)], axis: 1), labels)
}

func loss(_ network: Sequential, _ points: MLXArray, _ labels: MLXArray) -> MLXArray {
    crossEntropy(logits: network(points), targets: labels, reduction: .mean)
}

MLXRandom.seed(6691)
let train = makeSpirals(1000)
let valid = makeSpirals(334)
let network = Sequential {
    Linear(2, 64)
    ReLU()
    Linear(64, 64)
    ReLU()
    Linear(64, 2)
}
let optimizer = AdamW(learningRate: 1e-2)
let lossAndGradient = valueAndGrad(model: network, loss)

let file = URL(filePath: "spirals.safetensors")
var start = 0
if FileManager.default.fileExists(atPath: file.path) {
    let (arrays, metadata) = try loadArraysAndMetadata(url: file)
    try network.update(parameters: ModuleParameters.unflattened(arrays), verify: .all)
    start = metadata["epoch"].flatMap(Int.init) ?? 0
}

var accuracy: Float = 0
for epoch in start..<20 {
    network.train()
    let order = MLXRandom.permutation(1000)
    var lastLoss = MLXArray(0)
    for batch in 0..<20 {
        let numbers = order[(batch * 50)..<((batch + 1) * 50)]
        let (value, gradients) = lossAndGradient(network, train.points[numbers], train.labels[numbers])
        optimizer.update(model: network, gradients: gradients)
        eval(network, optimizer)
        lastLoss = value
    }
    if (epoch + 1) % 5 == 0 {
        network.train(false)
        accuracy = mean(argMax(network(valid.points), axis: 1) .== valid.labels).item(Float.self)
        print("epoch \(epoch + 1): loss \(lastLoss.item(Float.self)), accuracy \(accuracy)")
        try save(
            arrays: Dictionary(uniqueKeysWithValues: network.parameters().flattened()),
            metadata: ["epoch": "\(epoch + 1)"], url: file)
    }
}
print("accuracy \(accuracy)")
