import Foundation
import Yams

/// One entry of `native_functions.yaml`, as far as the generator needs it.
public struct NativeFunction: Equatable, Sendable {
    public var schema: Schema
    /// Whether PyTorch offers it as `x.name(…)`.
    public var isMethod: Bool
    /// Whether PyTorch offers it as `torch.name(…)`.
    public var isFunction: Bool

    public init(schema: Schema, isMethod: Bool, isFunction: Bool) {
        self.schema = schema
        self.isMethod = isMethod
        self.isFunction = isFunction
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
                isFunction: variants.contains("function"))
        }
    }

    public func named(_ name: String) -> [NativeFunction] {
        functions.filter { $0.schema.name == name }
    }

    private struct Entry: Decodable {
        var `func`: String
        var variants: String?
    }
}
