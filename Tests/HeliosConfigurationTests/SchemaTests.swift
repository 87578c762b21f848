import Helios
import Testing

@testable import HeliosConfiguration

/// The JSON Schema.
@Suite struct SchemaTests {
    @Test("it has every key with its type and default, and every entry of the registries", .standardGenerator)
    func schema() throws {
        let schema = try ConfigSchema.schema(of: Settings(), title: "test")
        #expect(schema["additionalProperties"] == false)
        let properties = try schema.value("properties")
        #expect(properties["width"]?["default"] == 64)
        #expect(properties["title"] == ["type": "string", "default": "digits"])
        #expect(properties["optimizer"]?["$ref"] == "#/$defs/optimizer")
        #expect(properties["trainer"]?["properties"]?["epochs"]?["default"] == 20)
        let text = schema.json
        for name in Registries.optimizers.names + Registries.networks.names + Registries.schedulers.names {
            #expect(text.contains("\"const\": \"\(name)\""))
        }
        #expect(text.contains("\"enum\": [\"fast\", \"careful\"]"))
    }
}
