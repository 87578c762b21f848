import Helios
import Testing

@testable import HeliosConfiguration

/// What a run keeps of its configuration, and what makes another training than that.
@Suite struct KeptConfigurationTests {
    private static func kept(_ yaml: String, _ environment: [String: String] = [:]) throws -> ConfigValue {
        var layers = ConfigLayers(environment: environment)
        try layers.add(yaml: yaml, name: "a.yaml")
        return try layers.decodeToKeep(Settings.self).kept
    }

    private static func differences(_ current: String, from former: String) throws -> [String] {
        try Settings.differences(kept(current), from: kept(former)).map(\.description)
    }

    @Test("a text from the environment stays a reference, what else is there is kept as it is")
    func secrets() throws {
        let environment = [
            "TOKEN": "s3cret", "WIDTH": "12", "MODE": "careful", "TYPE": "SGD", "LR": "0.5", "JOB": "42", "MIN": "min",
        ]
        let text = """
            title: in ${env:TOKEN}
            width: ${env:WIDTH}
            mode: ${env:MODE}
            optimizer: {type: "${env:TYPE}", learningRate: "${env:LR}"}
            inner: {names: [a, "${env:TOKEN}", "$${b}"]}
            extra: {token: "${env:TOKEN:none}", width: "${width}", again: "${inner.names}", job: "${env:JOB}"}
            plugins: [{type: EMA, decay: "${env:LR}"}, {type: EarlyStopping, metric: "${env:TOKEN}", mode: "${env:MIN}"}]
            """
        let kept = try Self.kept(text, environment)
        #expect(!kept.yaml.contains("s3cret"))
        #expect(kept["title"] == "in ${env:TOKEN}" && kept["width"] == 12 && kept["mode"] == "careful")
        #expect(kept["optimizer"] == ["type": "SGD", "lr": 0.5])
        #expect(kept["inner"]?["names"] == ["a", "${env:TOKEN}", "$${b}"])
        #expect(
            kept["extra"] == ["token": "${env:TOKEN:none}", "width": 12, "again": "${inner.names}", "job": 42])
        #expect(
            kept["plugins"]
                == [
                    ["type": "EMA", "decay": 0.5], ["type": "EarlyStopping", "metric": "${env:TOKEN}", "mode": "min"],
                ])
        // Reading it again gives the same options.
        var layers = ConfigLayers(environment: ["TOKEN": "s3cret"])
        try layers.add(yaml: kept.yaml, name: "config.yaml")
        let again = try layers.decodeToKeep(Settings.self)
        #expect(again.kept == kept)
        #expect(again.options.title == "in s3cret" && again.options.inner.names == ["a", "s3cret", "${b}"])
    }

    @Test("a variable that a kept configuration needs and that is not set is an error with its place")
    func missing() throws {
        let kept = try Self.kept("title: ${env:TOKEN}", ["TOKEN": "x"])
        var layers = ConfigLayers(environment: [:])
        try layers.add(yaml: kept.yaml, name: "config.yaml")
        let fault = #expect(throws: ConfigFault.self) { try layers.decode(Settings.self) }
        #expect(fault?.description.contains("the environment has no variable 'TOKEN'") == true)
        #expect(fault?.position?.source.name == "config.yaml")
    }

    @Test("it is the same through a checkpoint's state")
    func state() throws {
        let kept = try Self.kept("extra: [1, 2.5, null, true, {a: [b]}]\nweights: {a: .inf}")
        #expect(ConfigValue(kept.stateDict) == kept)
        #expect(ConfigValue(["a": .bytes([1])]) == nil)
    }

    @Test(
        "what makes another training is told, with both values",
        arguments: [
            ("width: 3", "", "'width' was 64 and is 3"),
            ("", "width: 3", "'width' was 3 and is 64"),
            ("inner: {names: [a]}", "", "'inner.names' was [] and is [\"a\"]"),
            ("inner: {names: [a, c]}", "inner: {names: [a, b]}", "'inner.names[1]' was \"b\" and is \"c\""),
            ("others: [{count: 4}]", "others: [{}]", "'others[0].count' was 3 and is 4"),
            ("optimizer: {lr: 0.1}", "", "'optimizer.lr' was 0.001 and is 0.1"),
            ("optimizer: {weight_decay: 0.5}", "", "'optimizer.weight_decay' was 0.01 and is 0.5"),
            ("optimizer: SGD", "", "'optimizer' was \"AdamW\" and is \"SGD\""),
            (
                "network: {type: Sequential, layers: [{type: Linear, in_features: 1, out_features: 2, bias: false}]}",
                "network: {type: Sequential, layers: [{type: Linear, in_features: 1, out_features: 2}]}",
                "'network.layers[0].bias' was true and is false"
            ),
            ("scheduler: {type: StepLR, step_size: 2}", "", "'scheduler' was null and is \"StepLR\""),
            ("trainer: {seed: 3}", "", "'trainer.seed' was 6691 and is 3"),
            ("trainer: {data: {train: 3}}", "", "'trainer.data.train' was null and is 3"),
            ("loader: {batchSize: 3}", "", "'loader.batchSize' was 32 and is 3"),
            ("weights: {a: 1}", "weights: {b: 1}", "'weights.b' was 1.0 and is not given"),
            ("extra: {a: 1}", "extra: {a: 1, b: {c: 2}}", "'extra.b' was {c: 2} and is not given"),
        ])
    func differences(_ current: String, _ former: String, _ difference: String) throws {
        #expect(try Self.differences(current, from: former).first == difference)
    }

    @Test(
        "what only says how to train may differ, and so may the ways to write the same",
        arguments: [
            ("trainer: {epochs: 30, device: cpu, threads: 2, checkpoints: null, validation: {every: 2}}", ""),
            ("trainer: {data: {test: 3}, logs: {loggers: [csv]}}", ""),
            ("loader: {workers: 2, pinMemory: true}", ""),
            ("optimizer: {type: AdamW, lr: 1e-3, weight_decay: 1e-2, betas: [0.9, 0.999]}", ""),
            ("optimizer: SGD", "optimizer: {type: SGD, lr: 0.001}"),
            ("extra: [1.0]", "extra: [1]"),
        ])
    func changes(_ current: String, _ former: String) throws {
        #expect(try Self.differences(current, from: former) == [])
        #expect(try Self.differences(former, from: current) == [])
    }

    @Test("an option that the program did not have counts as its default, one that it has no more as nothing")
    func otherVersions() throws {
        guard case .dictionary(var former) = try Self.kept("") else { return #expect(Bool(false)) }
        former["width"] = nil
        former["gone"] = 3
        #expect(try Settings.differences(Self.kept(""), from: .dictionary(former)).isEmpty)
        #expect(try Settings.differences(Self.kept("width: 3"), from: .dictionary(former)).map(\.key) == ["width"])
    }
}
