import Foundation
import MLX
import MLXNN
import MLXOptimizers
import MLXRandom

let characters = Array("0123456789+=;")
let context = 32

func encode(_ text: String) -> MLXArray {
    MLXArray(text.map { Int32(characters.firstIndex(of: $0) ?? 0) })
}

func makeSums(_ count: Int, seed: UInt64) -> MLXArray {
    let numbers = MLXRandom.randInt(0..<100, [count, 2], key: MLXRandom.key(seed)).asArray(Int32.self)
    var text = ""
    for index in 0..<count {
        let (a, b) = (numbers[2 * index], numbers[2 * index + 1])
        text += String(format: "%02d+%02d=%03d;", a, b, a + b)
    }
    return encode(text)
}

func windows(_ text: MLXArray) -> (inputs: MLXArray, targets: MLXArray) {
    let count = (text.size - 1) / context
    let inputs = text[0..<(count * context)].reshaped(count, context)
    let targets = text[1..<(count * context + 1)].reshaped(count, context)
    return (inputs, targets)
}

class Block: Module {
    let attention: MultiHeadAttention
    let norm1: LayerNorm
    let norm2: LayerNorm
    let up: Linear
    let down: Linear
    let dropout: Dropout

    init(_ width: Int) {
        attention = MultiHeadAttention(dimensions: width, numHeads: 4, bias: true)
        norm1 = LayerNorm(dimensions: width)
        norm2 = LayerNorm(dimensions: width)
        up = Linear(width, 4 * width)
        down = Linear(4 * width, width)
        dropout = Dropout(p: 0.1)
    }

    func callAsFunction(_ x: MLXArray, mask: MLXArray) -> MLXArray {
        var y = norm1(x)
        y = x + dropout(attention(y, keys: y, values: y, mask: mask))
        return y + dropout(down(dropout(relu(up(norm2(y))))))
    }
}

class LanguageModel: Module {
    let token: Embedding
    let position: Embedding
    let blocks: [Block]
    let norm: LayerNorm
    let head: Linear

    init(width: Int = 64) {
        token = Embedding(embeddingCount: characters.count, dimensions: width)
        position = Embedding(embeddingCount: context, dimensions: width)
        blocks = (0..<2).map { _ in Block(width) }
        norm = LayerNorm(dimensions: width)
        head = Linear(width, characters.count)
    }

    func callAsFunction(_ tokens: MLXArray) -> MLXArray {
        let length = tokens.dim(1)
        var x = token(tokens) + position(MLXArray(0..<length))
        let mask = MultiHeadAttention.createAdditiveCausalMask(length)
        for block in blocks { x = block(x, mask: mask) }
        return head(norm(x))
    }
}

func loss(_ network: LanguageModel, _ inputs: MLXArray, _ targets: MLXArray) -> MLXArray {
    crossEntropy(logits: network(inputs), targets: targets, reduction: .mean)
}

MLXRandom.seed(6691)
let train = windows(makeSums(8000, seed: 1))
let valid = windows(makeSums(1000, seed: 2))
let network = LanguageModel()
let optimizer = AdamW(learningRate: 3e-3)
let lossAndGradient = valueAndGrad(model: network, loss)
let sampleCount = train.inputs.dim(0)
let batchCount = (sampleCount + 63) / 64

func learningRate(_ step: Int) -> Float {
    let progress = Float(step) / Float(10 * batchCount)
    return progress < 0.3
        ? 1.2e-4 + (3e-3 - 1.2e-4) * 0.5 * (1 - cos(.pi * progress / 0.3))
        : 3e-3 * 0.5 * (1 + cos(.pi * (progress - 0.3) / 0.7))
}

let file = URL(filePath: "language-model.safetensors")
var start = 0
if FileManager.default.fileExists(atPath: file.path) {
    let (arrays, metadata) = try loadArraysAndMetadata(url: file)
    try network.update(parameters: ModuleParameters.unflattened(arrays), verify: .all)
    start = metadata["epoch"].flatMap(Int.init) ?? 0
}

var validLoss: Float = 0
for epoch in start..<10 {
    network.train()
    let order = MLXRandom.permutation(sampleCount)
    var lastLoss = MLXArray(0)
    for batch in 0..<batchCount {
        let numbers = order[(batch * 64)..<min((batch + 1) * 64, sampleCount)]
        let (value, gradients) = lossAndGradient(network, train.inputs[numbers], train.targets[numbers])
        optimizer.learningRate = learningRate(epoch * batchCount + batch)
        optimizer.update(model: network, gradients: clipGradNorm(gradients: gradients, maxNorm: 1).0)
        eval(network, optimizer)
        lastLoss = value
    }
    network.train(false)
    validLoss = loss(network, valid.inputs, valid.targets).item(Float.self)
    print("epoch \(epoch + 1): loss \(lastLoss.item(Float.self)), valid \(validLoss)")
    try save(
        arrays: Dictionary(uniqueKeysWithValues: network.parameters().flattened()),
        metadata: ["epoch": "\(epoch + 1)"], url: file)
}
print("validation loss \(validLoss)")
