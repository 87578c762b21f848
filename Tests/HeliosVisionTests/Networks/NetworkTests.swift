import Foundation
import HeliosVision
import TestSupport
import Testing
import Torch
import TorchNN

struct NetworkTests {
    @Test(
        "a network has torchvision's state, first weights, scores and gradients", .standardGenerator,
        arguments: NetworkCase.makers.keys.sorted())
    func recorded(name: String) throws {
        let make = try #require(NetworkCase.makers[name])
        let cases = try fixture("vision-networks", as: [String: NetworkCase].self)
        LibTorch.useOneThreadOnThisThread()
        try #require(cases[name]).expect(make, within: .recorded)
    }

    @Test("all recorded networks are there")
    func all() throws {
        let cases = try fixture("vision-networks", as: [String: NetworkCase].self)
        #expect(cases.keys.sorted() == NetworkCase.makers.keys.sorted())
    }

    private static let hasTorchvision =
        Python.hasTorch && ProcessInfo.processInfo.environment["HELIOS_TORCHVISION"] != nil

    @Test(
        "they are those of the torchvision beside, to the bit",
        .enabled(if: hasTorchvision, "HELIOS_TORCHVISION does not name a folder with torchvision"))
    func live() async throws {
        let cases: [String: NetworkCase] = try await Python.fixture("vision-networks", by: "vision_networks.py")
        try await withStandardGenerator {
            LibTorch.useOneThreadOnThisThread()
            for (name, make) in NetworkCase.makers.sorted(by: { $0.key < $1.key }) {
                try #require(cases[name]).expect(make, within: .bits)
            }
        }
    }

    @Test("a network takes other numbers of channels and classes, and images of other sizes", .standardGenerator)
    func otherSizes() throws {
        let images = try Tensor.rand([1, 1, 40, 56])
        let networks: [any ImageClassifier] = [
            ResNet(.resNet18, numClasses: 3, inChannels: 1), MobileNetV3(.small, numClasses: 3, inChannels: 1),
            EfficientNet(.b0, numClasses: 3, inChannels: 1), ConvNeXt(.tiny, numClasses: 3, inChannels: 1),
        ]
        for network in networks {
            network.eval()
            #expect(try network(images).shape == [1, 3])
        }
        let transformer = VisionTransformer(.b16, numClasses: 3, inChannels: 1, imageSize: 32)
        #expect(try transformer(Tensor.rand([2, 1, 32, 32])).shape == [2, 3])
    }

    @Test("the last layer can be replaced", .standardGenerator)
    func replacedHead() throws {
        let network = ResNet(.resNet18, numClasses: 3)
        network.fc = Sequential {
            Linear(network.features, 2); Sigmoid()
        }
        #expect(try network.stateDict().names.suffix(2) == ["fc.0.weight", "fc.0.bias"])
        #expect(try network(Tensor.rand([2, 3, 33, 33])).shape == [2, 2])
    }

    @Test("a wrong option is an error at the first use, which says where", .standardGenerator)
    func wrongOptions() throws {
        let classes = #expect(throws: ModuleError.self) { try ResNet(.resNet18, numClasses: 0).validate() }
        #expect(classes?.description.hasPrefix("fc: Linear") == true)
        let size = #expect(throws: ModuleError.self) { try VisionTransformer(.b16, imageSize: 100).parameters() }
        #expect(size?.description.contains("imageSize must be a positive multiple of 16") == true)
        #expect(throws: ModuleError.self) { try VisionTransformer(.b16, imageSize: -16).parameters() }
        #expect(throws: ModuleError.self) { try VisionTransformer(.b16, imageSize: .max / 16 * 16).parameters() }
        #expect(throws: ModuleError.self) { try ConvNeXt(.tiny, inChannels: -1).parameters() }
        #expect(throws: ModuleError.self) { try StochasticDepth(p: 1.5)(Tensor.ones([1])) }
        #expect(throws: ModuleError.self) { try LayerNorm2d(0)(Tensor.ones([1, 1, 1, 1])) }
    }

    @Test("images of another size than a transformer's are an error that says what to do", .standardGenerator)
    func otherImageSize() throws {
        let network = VisionTransformer(.b16, imageSize: 32)
        for shape in [[1, 3, 48, 48], [3, 32, 32]] {
            let error = #expect(throws: TorchError.self) { try network(Tensor.zeros(shape)) }
            #expect(error?.message.contains("[N, 3, 32, 32]") == true)
        }
    }
}
