/// What reflection finds of a `Saved` property.
protocol SavedProperty {
    func stateValue() throws -> StateValue
    func load(_ state: StateValue) throws
}

/// What reflection finds of an `Unsaved` property.
protocol UnsavedProperty {}
