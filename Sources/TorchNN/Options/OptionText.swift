// How PyTorch, and so Python, writes options in a module's description.

/// `(3,)`, `(3, 5)`.
func tupleText(_ sizes: [Int]) -> String {
    sizes.count == 1 ? "(\(sizes[0]),)" : "(\(sizes.map(String.init).joined(separator: ", ")))"
}

/// One number where all are that number, else a tuple: as most callers of PyTorch write sizes.
func sizeText(_ sizes: [Int]) -> String {
    if let first = sizes.first, sizes.allSatisfy({ $0 == first }) { return "\(first)" }
    return tupleText(sizes)
}

/// `True`, `False`.
func flagText(_ flag: Bool) -> String {
    flag ? "True" : "False"
}

/// A value, or `None`.
func optionText(_ value: (some Any)?) -> String {
    value.map { "\($0)" } ?? "None"
}
