import Foundation
import Helios
import TestSupport
import Testing

@testable import HeliosConfiguration

/// What is wrong, and the words for it.
@Suite struct BadConfigurationTests {
    private static func fault(_ yaml: String, _ environment: [String: String] = [:]) -> String {
        do {
            _ = try Settings.read(yaml, environment: environment)
            return "none"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "keys and values",
        arguments: [
            ("witdh: 3", "a.yaml:1:1: there is no option 'witdh'; did you mean 'width'?"),
            (
                "trainer:\n  epoch: 3",
                "a.yaml:2:3: there is no option 'epoch' in 'trainer'; did you mean 'epochs'"
            ),
            ("width: wide", "a.yaml:1:8: 'width' must be a whole number, not the string \"wide\""),
            ("width: 1.5", "a.yaml:1:8: 'width' must be a whole number, not the number 1.5"),
            ("width: [1]", "a.yaml:1:8: 'width' must be a whole number, not the list [1]"),
            ("width: 99999999999999999999", "a.yaml:1:8: 'width' must be a whole number from -9223372036854775808 to"),
            ("small: 256", "a.yaml:1:8: 'small' must be a whole number from 0 to 255, not the number 256"),
            ("isLarge: yes", "a.yaml:1:10: 'isLarge' must be true or false, not the string \"yes\""),
            ("title: 3", "a.yaml:1:8: 'title' must be a text, not the number 3"),
            ("title: null", "a.yaml:1:8: 'title' must be a text, not null"),
            (
                "mode: carefull",
                "a.yaml:1:7: 'mode' must be one of \"fast\", \"careful\", not the string \"carefull\"; did you mean "
                    + "'careful'?"
            ),
            ("inner: 3", "a.yaml:1:8: 'inner' must be a dictionary, not the number 3"),
            ("inner: {count: -1}", "a.yaml:1:16: 'inner.count' must not be negative, and is -1"),
            (
                "others: [{count: 1}, {name: 1}]",
                "a.yaml:1:23: there is no option 'name' in 'others[1]'; did you mean 'names'?"
            ),
            ("weights: {a: b}", "a.yaml:1:14: 'weights.a' must be a number, not the string \"b\""),
            ("trainer: {epochs: 0}", "a.yaml:1:19: 'trainer.epochs' must be positive, not 0"),
            (
                "trainer: {iterations: 9}",
                "a.yaml:1:23: 'trainer.iterations' and 'epochs' are both given: leave one out"
            ),
            ("trainer: {device: tpu}", "a.yaml:1:19: 'trainer.device' is no device: unknown device 'tpu'"),
            (
                "trainer: {validation: {every: 2, fraction: 0.5}}",
                "a.yaml:1:44: 'trainer.validation.fraction' and 'every' are both given: leave one out"
            ),
            (
                "trainer: {validation: {fraction: 1.5}}",
                "a.yaml:1:34: 'trainer.validation.fraction' must be greater than 0 and at most 1, not 1.5"
            ),
            (
                "trainer: {epochs: 3, minimumEpochs: 4}",
                "a.yaml:1:37: 'trainer.minimumEpochs' is 4, and the training has only 3"
            ),
            ("trainer: {validation: {every: 0}}", "a.yaml:1:31: 'trainer.validation.every' must be positive, not 0"),
            ("loader: {workers: many}", "a.yaml:1:19: 'loader.workers' must be a whole number or \"automatic\""),
            ("loader: {batchSize: 1, batch_size: 2}", "are one option: give it once"),
            (
                "trainer: {seed: 18446744073709551615}",
                "a.yaml:1:17: 'trainer.seed' must be a whole number from 0 to 9223372036854775807, not the number"
            ),
            ("title: [\"\\e[31m\\u202E\"]", "must be a text, not the list [\"\\u{1B}[31m\\u{202E}\"]"),
            ("- 1", "a.yaml:1:1: a configuration must be a dictionary, not the list [1]"),
            ("3", "a.yaml:1:1: a configuration must be a dictionary, not the number 3"),
        ])
    func options(_ yaml: String, _ message: String) {
        #expect(Self.fault(yaml).contains(message), "\(Self.fault(yaml))")
    }

    @Test(
        "entries of registries",
        arguments: [
            (
                "optimizer:\n  type: AdmaW",
                "a.yaml:2:9: 'optimizer': there is no optimizer 'AdmaW'; did you mean 'AdamW'"
            ),
            (
                "optimizer:\n  weight_decya: 0.1",
                "a.yaml:2:3: optimizer AdamW: no option 'weight_decya'; did you mean 'weight_decay'? (there are: lr,"
            ),
            ("optimizer: {lr: a}", "a.yaml:1:17: optimizer AdamW: 'lr' must be a number, not the string \"a\""),
            (
                "optimizer: {betas: [0.9]}",
                "a.yaml:1:20: optimizer AdamW: 'betas' must be a list of two numbers, not the list [0.9]"
            ),
            (
                "optimizer: {lr: 1, learningRate: 2}",
                "a.yaml:1:20: optimizer AdamW: 'lr' and 'learningRate' are one option: give it once"
            ),
            (
                "optimizer: 3",
                "a.yaml:1:12: 'optimizer' must be a name, or a dictionary with a name as 'type', not the number 3"
            ),
            ("optimizer:\n  eps: 1\n  lr: -1", "a.yaml:3:7: 'lr' must not be negative, and is -1.0"),
            (
                "plugins: [{type: EarlyStopping, metric: a, mode: min, patience: -1}]",
                "a.yaml:1:65: plug-in 'early-stopping': patience must be positive, not -1"
            ),
            (
                "network: {type: Linear, in_features: 3}",
                "a.yaml:1:10: network Linear: the option 'out_features' is needed, and not given"
            ),
            (
                "network:\n  type: Sequential\n  layers:\n    - {type: Conv2d, in_channels: 1, out_channels: 2, kernel: 3}",
                "a.yaml:4:55: network Sequential, layers[0] Conv2d: no option 'kernel'; did you mean 'kernel_size'?"
            ),
            (
                "network: {type: Sequential, layers: [{type: Conv2d, in_channels: one}]}",
                "a.yaml:1:66: network Sequential, layers[0] Conv2d: 'in_channels' must be a whole number"
            ),
            (
                "network: {type: TransformerEncoder, num_layers: 2, encoder_layer: {type: TransformerEncoderLayr}}",
                "'network.encoder_layer': there is no network 'TransformerEncoderLayr'; did you mean"
            ),
            (
                "network: {type: GELU, approximate: tan}",
                "a.yaml:1:36: network GELU: 'approximate' must be one of \"none\", \"tanh\", not the string \"tan\""
            ),
            ("scheduler: {type: LambdaLR}", "scheduler LambdaLR: the option 'lr_lambda' is needed, and not given"),
            (
                "plugins: [{type: EarlyStopping, metric: loss, mode: low}]",
                "a.yaml:1:53: plug-in EarlyStopping: 'mode' must be one of \"min\", \"max\""
            ),
        ])
    func entries(_ yaml: String, _ message: String) {
        #expect(Self.fault(yaml).contains(message), "\(Self.fault(yaml))")
    }

    @Test(
        "texts that are no YAML, or more than a configuration needs",
        arguments: [
            ("a: [1", "it is no YAML"),
            ("a: 1\n b: 2", "a.yaml:2:3: it is no YAML: mapping values are not allowed in this context"),
            ("a: 1\na: 2", "a.yaml:2:1: the key 'a' is there already, in line 1"),
            ("a: 1\n---\nb: 2", "a.yaml:2:1: a second document begins, and there must be one"),
            ("a: *b", "a.yaml:1:4: there is no anchor '&b' before"),
            ("a: &a [*a]", "there is no anchor '&a' before"),
            ("a: !!python/object:os.system x", "is not supported: write the value itself"),
            ("a: {<<: {b: 1}}", "a.yaml:1:5: '<<' is not supported"),
            ("? [1]\n: 2", "a key must be a name"),
            (String(repeating: "[", count: 100) + String(repeating: "]", count: 100), "nested more than 64 deep"),
            (String(repeating: "{a: ", count: 70) + String(repeating: "}", count: 70), "nested more than 64 deep"),
            (String(repeating: "- ", count: 100_001) + "1", "nested more than 64 deep"),
            (String(repeating: "[", count: 5000), "nested more than 64 deep"),
            ("a:\n\tb: 1", "a.yaml:2:1: it is no YAML: a tab cannot indent a line; use spaces"),
            ("a: \u{1}", "it is no YAML: control characters are not allowed"),
        ])
    func text(_ yaml: String, _ message: String) {
        #expect(Self.fault(yaml).contains(message), "\(Self.fault(yaml))")
    }

    @Test("aliases that make very many values are refused, in values and in keys")
    func aliases() {
        var text = "a0: &a0 [1, 1]\n"
        for level in 1...60 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(Self.fault(text).contains("there are more than 100000 values, those of aliases included"))
        #expect(Self.fault("a0: &a0 [1, 1]\na1: &a1 [*a0, *a0]\n*a1 : 2").contains("a key must be a name"))
    }

    @Test("bytes that are no text")
    func bytes() {
        let source = ConfigSource(name: "b.yaml", hasLines: true)
        let fault = #expect(throws: ConfigFault.self) { try YAMLReader.read([0x61, 0x3A, 0x20, 0xFF], source) }
        #expect(fault?.description == "b.yaml:1:1: it is no text in UTF-8")
    }

    @Test(
        "references",
        arguments: [
            ("width: ${widht}", "a.yaml:1:8: '${widht}' leads nowhere: there is no 'widht'; did you mean 'width'?"),
            ("width: ${width}", "a.yaml:1:8: references go in a circle: width → width"),
            ("width: ${limit}\nlimit: ${small}\nsmall: ${width}", "references go in a circle: "),
            ("inner: {count: \"${inner}\"}", "references go in a circle: inner → inner"),
            ("title: a ${inner}", "which cannot be a part of a text"),
            ("title: ${width", "a.yaml:1:8: '${' has no '}' after it"),
            ("width: ${env:NOPE}", "a.yaml:1:8: the environment has no variable 'NOPE'"),
            ("width: ${ }", "a.yaml:1:8: '${}' names nothing: write '${key}' or '${env:NAME}'"),
            ("width: ${env:}", "a.yaml:1:8: '${env:}' names nothing"),
            ("width: ${env::3}", "a.yaml:1:8: '${env::3}' names nothing"),
            ("width: ${env:${title}}", "a.yaml:1:8: a reference cannot have another one in it"),
            ("width: ${title}", "a.yaml:1:8: 'width' must be a whole number, not the string \"digits\""),
        ])
    func references(_ yaml: String, _ message: String) {
        #expect(Self.fault(yaml).contains(message), "\(Self.fault(yaml))")
    }

    @Test("references that double a text again and again are refused")
    func growth() {
        var text = "extra:\n  a0: \"0123456789\"\n"
        for level in 1...60 { text += "  a\(level): ${extra.a\(level - 1)}${extra.a\(level - 1)}\n" }
        #expect(Self.fault(text).contains("references make"))
        var lists = "extra:\n  a0: [1, 1]\n"
        for level in 1...60 { lists += "  a\(level): [\"${extra.a\(level - 1)}\", \"${extra.a\(level - 1)}\"]\n" }
        #expect(Self.fault(lists).contains("references "))
    }

    @Test(
        "overrides",
        arguments: [
            ("width", "--set width: it needs a key and a value, as in optimizer.lr=0.01"),
            ("=3", "--set =3: '' is no key"),
            ("a..b=3", "--set a..b=3: 'a..b' is no key"),
            ("width=wide", "--set width=wide: 'width' must be a whole number, not the string \"wide\""),
            ("optimizer.larningRate=1", "--set optimizer.larningRate=1: optimizer AdamW: no option 'larningRate'"),
            ("width=[", "--set width=[: it is no YAML"),
            ("plugins.3=EMA", "'3' is no element of the list, which has 0, counted from 0"),
        ])
    func overrides(_ text: String, _ message: String) {
        let fault = #expect(throws: ConfigFault.self) {
            var layers = ConfigLayers(environment: [:])
            try layers.add(yaml: "plugins: []", name: "a.yaml")
            try layers.add(ConfigOverride(text))
            _ = try layers.decode(Settings.self)
        }
        #expect(fault?.description.contains(message) == true, "\(String(describing: fault))")
    }

    @Test("files that are not there, too large, or of another kind")
    func files() throws {
        try withTemporaryFolder { folder in
            func fault(_ name: String) -> String {
                var layers = ConfigLayers()
                do { try layers.add(file: folder.appending(path: name)) } catch { return "\(error)" }
                return "none"
            }
            #expect(fault("none.yaml").hasSuffix("none.yaml: No such file or directory"))
            try Data(repeating: 0x20, count: ConfigLimits.fileSize + 1).write(to: folder.appending(path: "large.yaml"))
            #expect(fault("large.yaml").contains("it is larger than 1048576 bytes"))
            #expect(mkfifo(folder.appending(path: "pipe.yaml").path, 0o600) == 0)
            #expect(fault("pipe.yaml").contains("it is a FIFO"))
            try Data("{\"a\": 1,\n \"b\": tru}".utf8).write(to: folder.appending(path: "bad.json"))
            #expect(fault("bad.json").contains("bad.json:2:7: it is no JSON"), "\(fault("bad.json"))")
            try Data("{\"a\": 1,\n \"a\": 2}".utf8).write(to: folder.appending(path: "twice.json"))
            try Data("{\"a\": 1,}".utf8).write(to: folder.appending(path: "comma.json"))
            #expect(fault("comma.json").hasSuffix("comma.json:1:9: it is no JSON: a key in quotes is missing"))
            try Data().write(to: folder.appending(path: "empty.json"))
            #expect(fault("empty.json").hasSuffix("empty.json:1:1: it is no JSON: a value is missing"))
            #expect(fault("twice.json").contains("twice.json:2:"), "\(fault("twice.json"))")
        }
    }

    @Test("places in JSON are those of the values")
    func json() throws {
        let source = ConfigSource(name: "c.json", hasLines: true)
        let node = try JSONNodes.read(Array("{\n  \"é\": [1, {\"b\": \"x, y\"}],\n  \"c\": -2e3}".utf8), source)
        let members = try #require(node.members)
        #expect(members.map { "\($0.position)" } == ["c.json:2:3", "c.json:3:3"])
        #expect(members.map { "\($0.node.position)" } == ["c.json:2:8", "c.json:3:8"])
        guard case .list(let elements) = members[0].node.content else { return #expect(Bool(false)) }
        #expect("\(elements[1].position)" == "c.json:2:12")
        #expect(elements[1].members.map { "\($0[0].node.position)" } == "c.json:2:18")
    }
}
