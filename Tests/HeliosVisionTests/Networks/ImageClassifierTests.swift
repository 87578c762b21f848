import Foundation
import HeliosVision
import TestSupport
import Testing
import Torch
import TorchNN
import TorchSerialization

@Suite(.standardGenerator) struct ImageClassifierTests {
    private func network(classes: Int) -> MobileNetV3 { MobileNetV3(.small, numClasses: classes) }

    private func isSame(_ first: Module, _ second: Module, key: String) throws -> Bool {
        try first.stateDict().tensor(key).equal(second.stateDict().tensor(key))
    }

    @Test(
        "weights come from a file of PyTorch or a safetensors file", arguments: ["weights.pth", "weights.safetensors"])
    func files(name: String) throws {
        try withTemporaryFolder { folder in
            let (saved, loaded) = (network(classes: 3), network(classes: 3))
            let file = folder.appending(path: name)
            let state = try saved.stateDict()
            try name.hasSuffix("pth") ? TorchFile.save(state, to: file) : SafetensorsFile.save(state, to: file)
            #expect(try !isSame(saved, loaded, key: "features.0.0.weight"))
            #expect(try loaded.loadWeights(from: file))
            for key in state.names { #expect(try isSame(saved, loaded, key: key)) }
        }
    }

    @Test("a file that does not fit is an error that names it, and changes nothing")
    func otherNetwork() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "resnet.pth")
            try TorchFile.save(ResNet(.resNet18, numClasses: 3).stateDict(), to: file)
            let network = network(classes: 3)
            let before = try network.stateDict().tensor("classifier.3.weight").clone()
            let error = #expect(throws: TorchFileError.self) {
                try network.loadWeights(from: file, allowsOtherHead: true)
            }
            #expect(error?.description.contains("resnet.pth") == true)
            #expect(error?.description.contains("features.0.0.weight") == true)
            #expect(try before.equal(network.stateDict().tensor("classifier.3.weight")))
            #expect(throws: TorchFileError.self) { try network.loadWeights(from: folder.appending(path: "none.pth")) }
        }
    }

    @Test("weights for another number of classes leave the last layer as it is, if that is asked for")
    func otherHead() throws {
        let (source, target) = (network(classes: 5), network(classes: 3))
        let state = try source.stateDict()
        #expect(throws: StateDictError.self) { try target.loadWeights(state) }
        #expect(try !isSame(source, target, key: "classifier.0.weight"))
        let before = try target.stateDict().tensor("classifier.3.weight").clone()
        #expect(try !target.loadWeights(state, allowsOtherHead: true))
        #expect(try isSame(source, target, key: "classifier.0.weight"))
        #expect(try before.equal(target.stateDict().tensor("classifier.3.weight")))
    }

    @Test("a state from before batches were counted is accepted, and the counters are 0 then")
    func withoutCounters() throws {
        let (source, target) = (network(classes: 3), network(classes: 3))
        _ = try target(Tensor.rand([2, 3, 32, 32]))
        #expect(try target.stateDict().tensor("features.0.1.num_batches_tracked").item(Int.self) == 1)
        var state = try source.stateDict()
        for name in state.names where name.hasSuffix("num_batches_tracked") { state[name] = nil }
        #expect(try target.loadWeights(state))
        #expect(try target.stateDict().tensor("features.0.1.num_batches_tracked").item(Int.self) == 0)
    }

    @Test("a transformer takes the keys of files from before torchvision 0.13")
    func olderKeys() throws {
        let source = VisionTransformer(.b16, numClasses: 3, imageSize: 32)
        let target = VisionTransformer(.b16, numClasses: 3, imageSize: 32)
        var state = StateDict()
        for (key, value) in try source.stateDict() {
            let old = key.description.replacingOccurrences(of: ".mlp.0.", with: ".mlp.linear_1.")
                .replacingOccurrences(of: ".mlp.3.", with: ".mlp.linear_2.")
            state[old] = value
        }
        #expect(state.names.contains("encoder.layers.encoder_layer_11.mlp.linear_2.bias"))
        #expect(try target.loadWeights(state))
        #expect(try isSame(source, target, key: "encoder.layers.encoder_layer_11.mlp.3.weight"))
    }
}
