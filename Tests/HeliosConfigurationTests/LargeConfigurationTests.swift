import Foundation
import Helios
import Testing

@testable import HeliosConfiguration

/// What is large, and still within the limits, takes no time that grows with its square.
@Suite struct LargeConfigurationTests {
    @Test("ten thousand keys and elements are read, in YAML and in one line of JSON")
    func keys() throws {
        let weights = (0..<10_000).map { "\"k\($0)\": \($0)" }.joined(separator: ", ")
        let list = (0..<10_000).map(String.init).joined(separator: ",")
        let json = "{\"weights\": {\(weights)}, \"extra\": [\(list)]}"
        let source = ConfigSource(name: "large.json", hasLines: true, layer: 1)
        for node in [try JSONNodes.read(Array(json.utf8), source), try YAMLReader.read(Array(json.utf8), source)] {
            let settings = try ConfigDecoder.decode(Settings.self, from: node, path: "")
            #expect(settings.weights.count == 10_000 && settings.weights["k9999"] == 9999)
            #expect(try settings.configuration()["weights"]?["k7"] == 7.0)
        }
    }

    @Test("a key of a million letters is cut off in messages")
    func longKey() throws {
        let fault = #expect(throws: ConfigFault.self) {
            try Settings.read("{\"\(String(repeating: "a", count: 900_000))\": 1}")
        }
        #expect((fault?.description.count ?? 9999) < 1000)
    }
}
