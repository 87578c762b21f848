/// What reflection finds of a `Saved` property.
protocol SavedProperty {
    func stateValue() throws -> StateValue
    /// - Parameter device: where tensors go if there were none before.
    func load(_ state: StateValue, device: Device) throws
}

/// What reflection finds of an `Unsaved` property.
protocol UnsavedProperty {}

/// How deep values in values are looked into, so that a long list of them does not exhaust the stack.
let greatestReflectedDepth = 100

/// Whether values of a type are numbers or text, so that a collection of them need not be looked through.
func isNumberOrText(_ type: Any.Type) -> Bool {
    type is any Numeric.Type || type is any StringProtocol.Type || type is Character.Type || type is Bool.Type
}

/// The type of the elements of a sequence of any type.
func elementType<Elements: Sequence>(of elements: Elements) -> Any.Type { Elements.Element.self }
