import Foundation
import Yams

/// One entry of `native_functions.yaml`, as far as the generator needs it.
public struct NativeFunction: Equatable, Sendable {
    public var schema: Schema
    /// Whether PyTorch offers it as `x.name(…)`.
    public var isMethod: Bool
    /// Whether PyTorch offers it as `torch.name(…)`.
    public var isFunction: Bool
    /// What PyTorch says of it, as in `pointwise`.
    public var tags: Set<String>

    public init(schema: Schema, isMethod: Bool, isFunction: Bool, tags: Set<String> = []) {
        self.schema = schema
        self.isMethod = isMethod
        self.isFunction = isFunction
        self.tags = tags
    }
}

/// All operations of one libtorch, in the file's order.
public struct NativeFunctions: Sendable {
    public var functions: [NativeFunction]

    public init(functions: [NativeFunction]) {
        self.functions = functions
    }

    public init(yaml: String) throws {
        let entries = try YAMLDecoder().decode([Entry].self, from: yaml)
        functions = try entries.map { entry in
            let variants = (entry.variants ?? "function").split(whereSeparator: { $0 == "," || $0 == " " })
            return NativeFunction(
                schema: try Schema(parsing: entry.func),
                isMethod: variants.contains("method"),
                isFunction: variants.contains("function"),
                tags: Set(entry.tags?.words ?? []))
        }
    }

    public func named(_ name: String) -> [NativeFunction] {
        functions.filter { $0.schema.name == name }
    }

    private struct Entry: Decodable {
        var `func`: String
        var variants: String?
        var tags: Words?
    }

    /// One word, or a list of them.
    private struct Words: Decodable {
        var words: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let word = try? container.decode(String.self) {
                words = word.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
            } else {
                words = try container.decode([String].self)
            }
        }
    }
}
