// Options that name something else to be made: the layers of a network, the scheduler after a warm-up.

extension OptionReader {
    /// Returns an object from another registry: its name, or a dictionary with its name as `type` and its options.
    ///
    /// - Parameters:
    ///   - subject: what the object is created from.
    ///   - type: the required type of the object.
    /// - Throws: `ConfigurationError` if the option is missing or the object has another type, and any error from
    ///   creating it.
    public func part<Subject, Product, Part>(
        _ name: String, from registry: Registry<Subject, Product>, for subject: Subject, as type: Part.Type
    ) throws -> Part {
        recording?.note(name, OptionForm(form: .made(by: registry)))
        guard let (value, place) = look(name, defaultText: nil) else {
            if recording != nil { return try registry.standIn(subject, as: type, depth: depth + 1) }
            throw missing(name)
        }
        return try registry.make(value, subject, as: type, at: place, depth: depth + 1)
    }

    /// Returns an object from another registry; `nil` for `null` and by default.
    ///
    /// - Throws: the same errors as `part`.
    public func optionalPart<Subject, Product, Part>(
        _ name: String, from registry: Registry<Subject, Product>, for subject: Subject, as type: Part.Type
    ) throws -> Part? {
        recording?.note(name, OptionForm(form: .optional(.made(by: registry))))
        guard let (value, place) = look(name, defaultText: "null"), value != .null else { return nil }
        return try registry.make(value, subject, as: type, at: place, depth: depth + 1)
    }

    /// Returns a required list of objects from another registry.
    ///
    /// - Throws: the same errors as `part`.
    public func parts<Subject, Product, Part>(
        _ name: String, from registry: Registry<Subject, Product>, for subject: Subject, as type: Part.Type
    ) throws -> [Part] {
        recording?.note(name, OptionForm(form: .list(.made(by: registry))))
        guard let (value, place) = look(name, defaultText: nil) else {
            if recording != nil { return [] }
            throw missing(name)
        }
        guard case .list(let elements) = value else { throw place.mustBe("a list", not: value) }
        return try elements.enumerated().map { position, element in
            try registry.make(element, subject, as: type, at: place[position], depth: depth + 1)
        }
    }

    /// Returns required objects from another registry with names of their own, in order.
    ///
    /// - Throws: the same errors as `part`.
    public func namedParts<Subject, Product, Part>(
        _ name: String, from registry: Registry<Subject, Product>, for subject: Subject, as type: Part.Type
    ) throws -> [(String, Part)] {
        recording?.note(name, OptionForm(form: .map(.made(by: registry))))
        guard let (value, place) = look(name, defaultText: nil) else {
            if recording != nil { return [] }
            throw missing(name)
        }
        guard case .dictionary(let members) = value else { throw place.mustBe("a dictionary", not: value) }
        return try members.map { name, member in
            (name, try registry.make(member, subject, as: type, at: place[name], depth: depth + 1))
        }
    }

    // MARK: Those that are made for nothing else

    /// Returns a required object from another registry.
    ///
    /// - Throws: the same errors as `part` with a subject.
    public func part<Product, Part>(
        _ name: String, from registry: Registry<Void, Product>, as type: Part.Type
    ) throws -> Part {
        try part(name, from: registry, for: (), as: type)
    }

    /// Returns an object from another registry; `nil` for `null` and by default.
    ///
    /// - Throws: the same errors as `part` with a subject.
    public func optionalPart<Product, Part>(
        _ name: String, from registry: Registry<Void, Product>, as type: Part.Type
    ) throws -> Part? {
        try optionalPart(name, from: registry, for: (), as: type)
    }

    /// Returns a required list of objects from another registry.
    ///
    /// - Throws: the same errors as `part` with a subject.
    public func parts<Product, Part>(
        _ name: String, from registry: Registry<Void, Product>, as type: Part.Type
    ) throws -> [Part] {
        try parts(name, from: registry, for: (), as: type)
    }

    /// Returns required objects from another registry with names of their own, in order.
    ///
    /// - Throws: the same errors as `part` with a subject.
    public func namedParts<Product, Part>(
        _ name: String, from registry: Registry<Void, Product>, as type: Part.Type
    ) throws -> [(String, Part)] {
        try namedParts(name, from: registry, for: (), as: type)
    }
}
