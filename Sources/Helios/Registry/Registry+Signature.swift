extension Registry: AnyRegistry {
    /// Determines the options by creating an object with stand-ins, once for each name.
    ///
    /// The random generators do not change.
    public func signature(of name: String) throws -> RegistrySignature? {
        let maker = try maker(name)
        let nothing = () as? Subject
        guard standInSubject != nil || nothing != nil else { return nil }
        if let known = signatures.withLock({ $0[name] }) { return known }
        let recording = SignatureRecording()
        let reader = OptionReader(recording: recording, of: "\(kind) \(name)", depth: 0)
        var isComplete = true
        try RandomState.restoring(device: .cpu) {
            do {
                guard let subject = try standInSubject?() ?? nothing else { return }
                _ = try maker(reader, subject)
            } catch {
                // Stand-ins make no sense to many makers, of which those of the framework have read all before.
                isComplete = own.withLock { $0.contains(name) }
            }
        }
        let options = reader.known.map { read in
            let form = recording.form(of: read.name)
            return RegistrySignature.Option(
                name: read.name, form: form.form, defaultText: read.defaultText, check: form.check)
        }
        let signature = RegistrySignature(options: options, isComplete: isComplete)
        signatures.withLock { $0[name] = signature }
        return signature
    }

    /// Makes what a configuration tells for a stand-in, and forgets it: whoever makes it later gets no error of its values.
    ///
    /// Does nothing for makers that a program registers, which may do more than make something.
    /// - Throws: as `make`.
    package func tryMaking(from configuration: ConfigValue) throws {
        guard let name = Self.name(in: configuration), own.withLock({ $0.contains(name) }) else { return }
        try RandomState.restoring(device: .cpu) {
            guard let subject = try standInSubject?() ?? (() as? Subject) else { return }
            _ = try make(from: configuration, subject)
        }
    }

    /// Something of a type, for a maker that has one as a part, to find out its options.
    func standIn<Part>(_ subject: Subject, as type: Part.Type, depth: Int) throws -> Part {
        if let product = standInProduct?() as? Part { return product }
        guard depth < 4 else { throw ConfigurationError("there is no stand-in") }
        // Those that are small, and serve wherever any network or scheduler does.
        let first = ["\(type)", "Identity", "ConstantLR", "SequentialSampler"]
        for name in first + names {
            let reader = OptionReader(recording: SignatureRecording(), of: name, depth: depth)
            if let product = try? maker(name)(reader, subject), let part = product as? Part { return part }
        }
        throw ConfigurationError("there is no stand-in")
    }
}
