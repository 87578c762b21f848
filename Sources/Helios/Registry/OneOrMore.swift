/// A list of values, or one alone that stands for all: the sizes of a kernel, a rate for each group of parameters.
struct OneOrMore<Value: ConfigDecodable>: ConfigDecodable {
    /// The values; one if one stands alone.
    let values: [Value]
    let isList: Bool
    private let place: ConfigPlace?

    /// One that stands alone, for a default.
    init(_ value: Value) {
        (values, isList, place) = ([value], false, nil)
    }

    init(_ value: ConfigValue, at place: ConfigPlace) throws {
        self.place = place
        if case .list = value {
            (values, isList) = (try [Value](value, at: place), true)
        } else {
            (values, isList) = ([try Value(value, at: place)], false)
        }
    }

    /// As many values as are needed.
    func values(count: Int) throws -> [Value] {
        if !isList { return Array(repeating: values[0], count: count) }
        guard values.count == count else {
            let sentence = "needs \(count) values, or one for all, and has \(values.count)"
            throw place?.error(sentence) ?? ConfigurationError(sentence)
        }
        return values
    }

    var configText: String { isList ? values.configText : values[0].configText }
}
