extension Module {
    /// Calls `body` with every module below this one and then with this one, as PyTorch's `apply`.
    ///
    /// ```swift
    /// try network.apply { module in
    ///     if let layer = module as? Linear { try Init.xavierUniform_(layer.weight) }
    /// }
    /// ```
    /// A module that two others hold comes up twice, and one that a single module holds twice comes up once, so random
    /// numbers that `body` draws are those of PyTorch. A reference back to a module above is left out.
    /// - Returns: This module.
    @discardableResult
    public final func apply(_ body: (Module) throws -> Void) rethrows -> Self {
        var path: Set<ObjectIdentifier> = []
        try apply(along: &path, body)
        return self
    }

    private final func apply(
        along path: inout Set<ObjectIdentifier>, _ body: (Module) throws -> Void
    ) rethrows {
        guard path.insert(ObjectIdentifier(self)).inserted else { return }
        defer { path.remove(ObjectIdentifier(self)) }
        var seen: Set<ObjectIdentifier> = []
        for child in children() where seen.insert(ObjectIdentifier(child)).inserted {
            try child.apply(along: &path, body)
        }
        try body(self)
    }
}
