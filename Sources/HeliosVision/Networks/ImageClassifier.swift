import Foundation
import Torch
import TorchNN
import TorchSerialization

/// A network that gives each image a score for each class: `float[N, C, H, W]` to `[N, classes]`.
///
/// The networks of this module have the state-dictionary keys of torchvision's, so they load its files:
/// ```swift
/// let network = ResNet(.resNet18, numClasses: 5)
/// try network.loadWeights(from: URL(filePath: "resnet18.pth"), allowsOtherHead: true)
/// ```
/// To use a network for something other than classes, replace its last layers: `network.fc = Linear(512, 4)`.
public protocol ImageClassifier: Layer {
    /// The key of the last layer, which depends on the number of classes, as in `fc` or `classifier.3`.
    var headKey: String { get }

    /// The key here of a key in a file: files of older versions of torchvision have other names for some layers.
    func currentKey(of key: String) -> String
}

extension ImageClassifier {
    public func currentKey(of key: String) -> String { key }

    /// Loads a file with a state dictionary of torchvision's network of the same architecture.
    ///
    /// - Parameters:
    ///   - url: a file of `torch.save`, or a safetensors file if its name ends with `.safetensors`.
    ///   - allowsOtherHead: whether the file may be for another number of classes. The last layer then keeps the
    ///     weights that it has.
    /// - Returns: whether the last layer's weights came from the file, too.
    /// - Throws: `TorchFileError` if the file cannot be read or does not fit. Then nothing has changed.
    @discardableResult
    public func loadWeights(from url: URL, allowsOtherHead: Bool = false) throws -> Bool {
        let isSafetensors = url.pathExtension.lowercased() == "safetensors"
        let state = isSafetensors ? try SafetensorsFile.load(url) : try TorchFile.loadDictionary(url)
        do {
            return try loadWeights(state, allowsOtherHead: allowsOtherHead)
        } catch let error as StateDictError {
            throw TorchFileError(path: url.path(percentEncoded: false), reason: error.description)
        }
    }

    /// Loads a state dictionary of torchvision's network of the same architecture.
    ///
    /// Unlike `loadStateDict(_:)`, it accepts the keys of older versions of torchvision, and states from before
    /// batch normalization counted its batches; the counters then start at 0.
    /// - Parameter allowsOtherHead: whether the state may be for another number of classes. The last layer then keeps
    ///   the weights that it has.
    /// - Returns: whether the last layer's weights came from the state, too.
    /// - Throws: `StateDictError` that lists what does not fit. Then nothing has changed.
    @discardableResult
    public func loadWeights(_ state: StateDict, allowsOtherHead: Bool = false) throws -> Bool {
        let own = try stateDict()
        var given = StateDict()
        for (key, value) in state { given[currentKey(of: key.description)] = value }
        for name in own.names where name.hasSuffix(".num_batches_tracked") && given[name] == nil {
            given[name] = .tensor(try Tensor(0, dtype: .int64))
        }
        let head = "\(headKey)."
        let fits = shapes(in: own, below: head) == shapes(in: given, below: head)
        if !fits && allowsOtherHead {
            for name in given.names where name.hasPrefix(head) { given[name] = nil }
            for name in own.names where name.hasPrefix(head) { given[name] = own[name] }
        }
        try loadStateDict(given)
        return fits
    }

    private func shapes(in state: StateDict, below prefix: String) -> [String: [Int]] {
        var shapes: [String: [Int]] = [:]
        for (key, value) in state where key.description.hasPrefix(prefix) {
            // What is no tensor has no shape, and `loadStateDict` reports it.
            if case .tensor(let tensor) = value, tensor.isDefined { shapes[key.description] = tensor.shape }
        }
        return shapes
    }
}

extension Module {
    /// Draws the weights of the convolutions below from a normal distribution that keeps the scale of the gradients
    /// (He and others 2015, "Delving deep into rectifiers"), and sets their biases to 0, as torchvision does.
    ///
    /// - Parameter linear: gives a linear layer its first weights.
    func drawConvolutions(linear: (Linear) throws -> Void = { _ in }) throws {
        // A layer that failed to initialize says so itself, and has no weights to draw.
        try validate()
        for (_, module) in namedModules() {
            if let convolution = module as? Conv2d {
                try Init.kaimingNormal_(convolution.weight, mode: .fanOut, nonlinearity: .relu)
                if let bias = convolution.bias { try Init.zeros_(bias) }
            } else if let layer = module as? Linear {
                try linear(layer)
            }
        }
    }
}
