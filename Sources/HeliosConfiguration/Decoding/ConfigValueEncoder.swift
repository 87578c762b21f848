import Helios

/// The encoder of a value that encodes itself in parts.
struct ConfigValueEncoder: Encoder {
    let target: ConfigEncoder.Target
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        target.kind = .dictionary
        return KeyedEncodingContainer(Keyed<Key>(target: target))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        target.kind = .list
        return List(target: target)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { Single(target: target) }

    private struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let target: ConfigEncoder.Target
        var codingPath: [any CodingKey] { [] }

        func encodeNil(forKey key: Key) {
            _ = target.member(key.stringValue)
        }

        func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
            target.member(key.stringValue).value = try ConfigEncoder.encode(value)
        }

        // A property that is `nil` is a key all the same. There is a function for each type that the language has.
        func encodeIfPresent<Value: Encodable>(_ value: Value?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: String?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: Int8?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: Int16?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: Int32?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: Int64?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: UInt?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: UInt8?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: UInt16?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: UInt32?, forKey key: Key) throws { try note(value, key) }
        func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try note(value, key) }

        private func note<Value: Encodable>(_ value: Value?, _ key: Key) throws {
            let form: ConfigForm
            var encoded = ConfigValue.null
            if let value {
                let result = try ConfigEncoder.encode(value)
                (encoded, form) = (result.value, result.form)
            } else {
                form = ConfigEncoder.form(of: Value.self)
            }
            target.member(key.stringValue).value = .init(value: encoded, form: .optional(form))
        }

        func nestedContainer<Nested: CodingKey>(
            keyedBy type: Nested.Type, forKey key: Key
        ) -> KeyedEncodingContainer<Nested> {
            ConfigValueEncoder(target: target.member(key.stringValue)).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
            ConfigValueEncoder(target: target.member(key.stringValue)).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { ConfigValueEncoder(target: target) }

        func superEncoder(forKey key: Key) -> any Encoder {
            ConfigValueEncoder(target: target.member(key.stringValue))
        }
    }

    private struct List: UnkeyedEncodingContainer {
        let target: ConfigEncoder.Target
        var codingPath: [any CodingKey] { [] }
        var count: Int { target.elements.count }

        func encodeNil() {
            _ = target.element()
        }

        func encode<Value: Encodable>(_ value: Value) throws {
            target.element().value = try ConfigEncoder.encode(value)
        }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            ConfigValueEncoder(target: target.element()).container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
            ConfigValueEncoder(target: target.element()).unkeyedContainer()
        }

        func superEncoder() -> any Encoder { ConfigValueEncoder(target: target.element()) }
    }

    private struct Single: SingleValueEncodingContainer {
        let target: ConfigEncoder.Target
        var codingPath: [any CodingKey] { [] }

        func encodeNil() {}

        func encode<Value: Encodable>(_ value: Value) throws {
            target.value = try ConfigEncoder.encode(value)
        }
    }
}
