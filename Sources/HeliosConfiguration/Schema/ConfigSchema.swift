import Helios
import OrderedCollections

/// Writes what a configuration may hold as a JSON Schema (draft 2020-12), by which editors complete and check.
public struct ConfigSchema {
    private var definitions: OrderedDictionary<String, ConfigValue> = [:]

    /// The schema of options.
    ///
    /// - Parameters:
    ///   - title: what the schema is of.
    ///   - isOpen: whether there may be other keys, which only the program knows.
    /// - Throws: what the encoding of the defaults throws.
    public static func schema<Options: ConfigOptions>(
        of options: Options, title: String, isOpen: Bool = false
    ) throws -> ConfigValue {
        var schema = ConfigSchema()
        guard case .dictionary(var root) = try schema.schema(of: ConfigEncoder.encode(options).form) else {
            throw ConfigurationError("the options must be a dictionary")
        }
        if isOpen { root["additionalProperties"] = true }
        var document: OrderedDictionary<String, ConfigValue> = [
            "$schema": "https://json-schema.org/draft/2020-12/schema", "title": .string(title),
        ]
        document.merge(root) { $1 }
        document["$defs"] = .dictionary(schema.definitions)
        return .dictionary(document)
    }

    private mutating func schema(of form: ConfigForm) throws -> ConfigValue {
        // A reference to another key may stand in the place of any value.
        switch form {
        case .any: return [:]
        case .boolean: return orReference(["type": "boolean"])
        case .integer: return orReference(["type": "integer"])
        case .number: return orReference(["type": "number"])
        case .string: return ["type": "string"]
        case .choice(let names): return orReference(["enum": .list(names.map { .string($0) })])
        case .list(let form): return ["type": "array", "items": try schema(of: form)]
        case .map(let form): return ["type": "object", "additionalProperties": try schema(of: form)]
        case .optional(let form): return ["anyOf": [try schema(of: form), ["type": "null"]]]
        case .either(let forms):
            var schemas: [ConfigValue] = []
            for form in forms { schemas.append(try schema(of: form)) }
            return ["anyOf": .list(schemas)]
        case .made(let registry): return try reference(to: registry)
        case .options(let fields):
            var properties: OrderedDictionary<String, ConfigValue> = [:]
            for field in fields {
                var property = try schema(of: field.form)
                if case .dictionary(var members) = property, let standard = field.standard {
                    members["default"] = standard
                    property = .dictionary(members)
                }
                properties[field.name] = property
            }
            return ["type": "object", "properties": .dictionary(properties), "additionalProperties": false]
        }
    }

    private func orReference(_ schema: ConfigValue) -> ConfigValue {
        ["anyOf": [schema, ["type": "string", "pattern": .string("^\\$\\{.*\\}$")]]]
    }

    /// A definition for all that a registry makes, which may have itself as a part.
    private mutating func reference(to registry: any AnyRegistry) throws -> ConfigValue {
        let reference: ConfigValue = ["$ref": .string("#/$defs/\(registry.kind)")]
        guard definitions[registry.kind] == nil else { return reference }
        definitions[registry.kind] = [:]
        let names = registry.names
        var alternatives: [ConfigValue] = [["enum": .list(names.map { .string($0) })]]
        for name in names {
            guard let signature = try registry.signature(of: name) else { continue }
            var properties: OrderedDictionary<String, ConfigValue> = ["type": ["const": .string(name)]]
            for option in signature.options {
                var property = try schema(of: option.form)
                if let standard = option.defaultValue, case .dictionary(var members) = property {
                    members["default"] = standard
                    property = .dictionary(members)
                }
                properties[option.name] = property
            }
            // Other spellings of an option (learningRate for lr) are allowed, and not completed.
            alternatives.append([
                "type": "object", "properties": .dictionary(properties), "required": ["type"],
                "title": .string("\(registry.kind) \(name)"),
            ])
        }
        definitions[registry.kind] = ["anyOf": .list(alternatives)]
        return reference
    }
}

extension RegistrySignature.Option {
    /// The default, from the text that a list of options shows; `nil` if the option must be given.
    var defaultValue: ConfigValue? {
        guard let text = defaultText else { return nil }
        let source = ConfigSource(name: "a default", hasLines: false)
        return (try? YAMLReader.read(Array(text.utf8), source).value) ?? .string(text)
    }
}
