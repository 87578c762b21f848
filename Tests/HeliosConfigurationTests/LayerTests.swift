import Foundation
import Helios
import TestSupport
import Testing

@testable import HeliosConfiguration

/// Values that lie on top of each other.
@Suite struct LayerTests {
    @Test("what nobody says keeps its default")
    func defaults() throws {
        let settings = try Settings.read("")
        #expect(settings.width == 64 && settings.optimizer.value == ["type": "AdamW", "lr": 0.001])
        #expect(settings.trainer.epochs == 20 && settings.loader.batchSize == 32)
    }

    @Test("a file replaces single keys, and an override those of a file, also in another spelling")
    func order() throws {
        let settings = try Settings.read(
            "optimizer: {learningRate: 0.1, weight_decay: 0.2}\ninner: {count: 5}\nwidth: 7", "optimizer.lr=3e-4",
            "inner.names=[a, b]")
        #expect(settings.optimizer.value == ["type": "AdamW", "lr": 3e-4, "weight_decay": 0.2])
        #expect(settings.inner.count == 5 && settings.inner.names == ["a", "b"] && settings.width == 7)
    }

    @Test("something of another type does not keep the options of the one before")
    func otherType() throws {
        let settings = try Settings.read("optimizer: {type: SGD, momentum: 0.9}", "optimizer.lr=0.5")
        #expect(settings.optimizer.value == ["type": "SGD", "momentum": 0.9, "lr": 0.5])
        #expect(
            try Settings.read("optimizer: RMSprop", "optimizer.lr=1").optimizer.value == ["type": "RMSprop", "lr": 1])
    }

    @Test("an override reaches the elements of a list")
    func elements() throws {
        let settings = try Settings.read("others: [{count: 1}, {count: 2}]", "others.1.count=9")
        #expect(settings.others.map(\.count) == [1, 9])
    }

    @Test("files of several formats are read in their order")
    func files() throws {
        try withTemporaryFolder { folder in
            let (first, second) = (folder.appending(path: "a.yaml"), folder.appending(path: "b.json"))
            try Data("width: 1\ntitle: first\n".utf8).write(to: first)
            try Data("{\"width\": 2, \"extra\": {\"a\": [1, \"\\ud83d\\ude00\"]}}".utf8).write(to: second)
            var layers = ConfigLayers(environment: [:])
            try layers.add(file: first)
            try layers.add(file: second)
            let settings = try layers.decode(Settings.self)
            #expect(settings.width == 2 && settings.title == "first" && settings.extra == ["a": [1, "😀"]])
        }
    }

    @Test("every kind of value is read")
    func values() throws {
        let settings = try Settings.read(
            """
            width: 0x10
            dropout: 1
            isLarge: true
            limit: null
            small: 255
            mode: careful
            weights: {A: 1, a: 2.5}
            network: {type: Sequential, layers: [{type: Linear, inFeatures: 4, out_features: 2}, ReLU]}
            scheduler: {type: CosineAnnealingLR, T_max: 100}
            plugins: [{type: EarlyStopping, metric: loss, mode: min}]
            trainer: {epochs: null, iterations: 100, timeLimit: 1.5, deterministic: acrossRanks, checkpoints: null}
            loader: {workers: automatic, timeout: 2}
            """)
        #expect(settings.width == 16 && settings.dropout == 1 && settings.isLarge && settings.small == 255)
        #expect(settings.mode == .careful && settings.weights == ["A": 1, "a": 2.5])
        let network = try settings.network.make(as: Sequential.self)
        #expect(network.count == 2)
        #expect(
            settings.network.value["layers"]
                == [["type": "Linear", "in_features": 4, "out_features": 2], "ReLU"])
        let options = try settings.trainer.options(in: URL(filePath: "/runs"))
        #expect(options.length == .iterations(100, timeLimit: .seconds(1.5)))
        #expect(options.deterministic == .acrossRanks && options.checkpoints == nil)
        #expect(options.logs == .in(URL(filePath: "/runs/logs")))
        #expect(settings.loader.options.workers == .automatic && settings.loader.options.timeout == .seconds(2))
        #expect(try settings.plugins[0].make(as: EarlyStopping.self).id == "early-stopping")
    }

    @Test("null replaces what is below, in a file and in an override", arguments: ["null", "~", "", " "])
    func null(_ text: String) throws {
        let yaml = "limit: 3\ntrainer: {timeLimit: 5}"
        let overridden = try Settings.read(
            yaml, "limit=\(text)", "trainer.checkpoints=\(text)", "trainer.timeLimit=\(text)")
        #expect(overridden.limit == nil && overridden.trainer.timeLimit == nil)
        #expect(overridden.trainer.checkpoints == nil && overridden.trainer.validation != nil)
        #expect(try Settings.read("trainer: {checkpoints: \(text)}").trainer.checkpoints == nil)
        #expect(throws: ConfigFault.self) { try Settings.read(yaml, "trainer=\(text)") }
    }

    @Test("what is written is read again as the same")
    func roundTrip() throws {
        let text = "title: \"yes\\n: #\"\nextra: [1.0, -.inf, 'null', {a b: [{c: ~}]}, []]\nplugins: [EMA]"
        let settings = try Settings.read(text)
        let written = try settings.configuration()
        #expect(try Settings.read(written.yaml).configuration() == written)
        #expect(settings.title == "yes\n: #")
        #expect(settings.extra == [1.0, .double(-.infinity), "null", ["a b": [["c": nil]]], []])
    }

    @Test("an entry makes what it says, with its place if it cannot")
    func making() throws {
        let parameter = try Tensor.zeros([2]).requiresGrad_()
        let optimizer = try Settings.read("optimizer: {lr: 0.25}").optimizer.make([parameter])
        #expect(optimizer.parameterGroups[0].learningRate == 0.25)
        let other = try Settings.read("width: 1\noptimizer:\n  lr: 0.5")
        let fault = #expect(throws: ConfigFault.self) { try other.optimizer.make([Tensor]()) }
        #expect(fault?.description.hasPrefix("a.yaml:3:3: ") == true, "\(String(describing: fault))")
    }
}
