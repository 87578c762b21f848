import Foundation
import Helios
import OrderedCollections

/// Writes Swift values as a configuration, and says what they look like.
enum ConfigEncoder {
    /// A value, and what may stand in its place.
    struct Encoded {
        var value: ConfigValue
        var form: ConfigForm
    }

    static func encode<Value: Encodable>(_ value: Value) throws -> Encoded {
        if let value = simple(value) { return value }
        let target = Target()
        try value.encode(to: ConfigValueEncoder(target: target))
        let encoded = target.encoded
        switch value {
        case let list as any ListForm: return Encoded(value: encoded.value, form: .list(form(of: list.elementType)))
        case let map as any MapForm: return Encoded(value: encoded.value, form: .map(form(of: map.elementType)))
        case let options as any ConfigOptions:
            return Encoded(value: encoded.value, form: noting(type(of: options).changeableOptions, in: encoded.form))
        default: return encoded
        }
    }

    /// The form of options some of which may change when a training resumes.
    private static func noting(_ changeable: Set<String>, in form: ConfigForm) -> ConfigForm {
        guard case .options(let fields) = form else { return form }
        return .options(
            fields.map {
                ConfigField($0.name, $0.form, standard: $0.standard, isChangeable: changeable.contains($0.name))
            })
    }

    private static func simple(_ value: some Encodable) -> Encoded? {
        switch value {
        case let value as any ConfigFormed: return Encoded(value: value.configValue, form: type(of: value).configForm)
        case let flag as Bool: return Encoded(value: .bool(flag), form: .boolean)
        case let text as String: return Encoded(value: .string(text), form: .string)
        case let number as Double: return Encoded(value: .double(number), form: .number)
        case let number as Float: return Encoded(value: .double(Double("\(number)") ?? Double(number)), form: .number)
        case let url as URL:
            return Encoded(value: .string(url.isFileURL ? url.path : url.absoluteString), form: .string)
        case let duration as Duration:
            let (seconds, attoseconds) = duration.components
            return Encoded(
                value: attoseconds == 0 ? .int(Int(seconds)) : .double(Double(seconds) + Double(attoseconds) / 1e18),
                form: .number)
        default: break
        }
        if let number = value as? any FixedWidthInteger {
            return Encoded(
                value: Int(exactly: number).map { .int($0) } ?? .double(Double("\(number)") ?? 0), form: .integer)
        }
        if let choice = value as? any (CaseIterable & RawRepresentable), let name = choice.rawValue as? String {
            return Encoded(value: .string(name), form: form(of: type(of: value)))
        }
        return nil
    }

    /// What values of a type look like.
    static func form(of type: Any.Type) -> ConfigForm {
        switch type {
        case let type as any ConfigFormed.Type: return type.configForm
        case is Bool.Type: return .boolean
        case is String.Type, is URL.Type: return .string
        case is Double.Type, is Float.Type, is Duration.Type: return .number
        case is any FixedWidthInteger.Type: return .integer
        case let type as any OptionalForm.Type: return .optional(form(of: type.wrappedType))
        case let type as any ListForm.Type: return .list(form(of: type.elementType))
        case let type as any MapForm.Type: return .map(form(of: type.elementType))
        case let type as any (CaseIterable & RawRepresentable).Type:
            let names = names(of: type)
            return names.isEmpty ? .any : .choice(names)
        case let type as any ConfigOptions.Type: return (try? encode(type.init()).form) ?? .any
        default: return .any
        }
    }

    private static func names<Choice: CaseIterable & RawRepresentable>(of type: Choice.Type) -> [String] {
        type.allCases.compactMap { $0.rawValue as? String }
    }

    /// Where an encoder puts what it is given.
    final class Target {
        enum Kind {
            case value, list, dictionary
        }

        var kind = Kind.value
        var value = Encoded(value: .null, form: .any)
        private(set) var elements: [Target] = []
        private var members: OrderedDictionary<String, Target> = [:]

        var encoded: Encoded {
            switch kind {
            case .value: value
            case .list: Encoded(value: .list(elements.map(\.encoded.value)), form: .list(.any))
            case .dictionary:
                Encoded(
                    value: .dictionary(members.mapValues(\.encoded.value)),
                    form: .options(
                        members.map { name, target in
                            let encoded = target.encoded
                            return ConfigField(name, encoded.form, standard: encoded.value)
                        }))
            }
        }

        /// The place of a key's value.
        func member(_ name: String) -> Target {
            kind = .dictionary
            let target = Target()
            members[name] = target
            return target
        }

        /// The place of another element.
        func element() -> Target {
            kind = .list
            let target = Target()
            elements.append(target)
            return target
        }
    }
}

private protocol OptionalForm {
    static var wrappedType: Any.Type { get }
}

extension Optional: OptionalForm {
    static var wrappedType: Any.Type { Wrapped.self }
}

private protocol ListForm {
    static var elementType: Any.Type { get }
}

extension ListForm {
    var elementType: Any.Type { Self.elementType }
}

extension Array: ListForm {
    static var elementType: Any.Type { Element.self }
}

private protocol MapForm {
    static var elementType: Any.Type { get }
}

extension MapForm {
    var elementType: Any.Type { Self.elementType }
}

extension Dictionary: MapForm {
    static var elementType: Any.Type { Value.self }
}
