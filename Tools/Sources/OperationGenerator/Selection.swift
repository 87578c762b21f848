/// Which operations are made and in which Swift files they stand, as operations.txt says.
///
/// Every operation is made, unless a pattern under `[Left out: <reason>]` matches it and none with `!` in front in the
/// same section does. `[Pointwise]` begins a section of Swift files of that name: an operation belongs to the section
/// that names it, or else to the first one with a pattern that matches. `#` begins a comment.
public struct Selection: Equatable, Sendable {
    public struct Section: Equatable, Sendable {
        public var name: String
        public var patterns: [Pattern] = []
    }

    public struct Exclusion: Equatable, Sendable {
        public var reason: String
        public var patterns: [Pattern] = []
        public var exceptions: [Pattern] = []

        func excludes(_ function: NativeFunction) -> Bool {
            patterns.contains { $0.matches(function) } && !exceptions.contains { $0.matches(function) }
        }
    }

    public private(set) var sections: [Section] = []
    public private(set) var exclusions: [Exclusion] = []

    /// Throws `SelectionError`.
    public init(parsing text: String) throws {
        let exclusionMark = "Left out:"
        var isInExclusion = false
        for line in text.split(whereSeparator: \.isNewline) {
            let content = line.prefix { $0 != "#" }
            if content.first == "[" {
                guard let end = content.lastIndex(of: "]") else {
                    throw SelectionError(text: String(line), reason: "a section ends in ]")
                }
                let title = content[..<end].dropFirst()
                isInExclusion = title.hasPrefix(exclusionMark)
                if isInExclusion {
                    let reason = title.dropFirst(exclusionMark.count).trimmingPrefix(while: \.isWhitespace)
                    exclusions.append(Exclusion(reason: String(reason)))
                } else {
                    sections.append(Section(name: String(title)))
                }
                continue
            }
            for word in content.split(whereSeparator: \.isWhitespace) {
                let isException = word.hasPrefix("!")
                let pattern = try Pattern(String(isException ? word.dropFirst() : word))
                if isInExclusion, isException {
                    exclusions[exclusions.count - 1].exceptions.append(pattern)
                } else if isInExclusion {
                    exclusions[exclusions.count - 1].patterns.append(pattern)
                } else if !sections.isEmpty, !isException {
                    sections[sections.count - 1].patterns.append(pattern)
                } else {
                    throw SelectionError(text: String(word), reason: "it stands in no section that can hold it")
                }
            }
        }
    }

    /// A selected operation with the section that it belongs to.
    public struct Choice: Equatable, Sendable {
        public var function: NativeFunction
        public var section: String
    }

    /// The operations that are made, in the order of the sections, and those that are not.
    ///
    /// A section begins with the operations that it names, in its order; those that its patterns match follow in
    /// PyTorch's order.
    public func resolve(in functions: NativeFunctions) -> (chosen: [Choice], omissions: [Omission]) {
        var omissions: [Omission] = []
        var remaining: [NativeFunction] = []
        for function in functions.functions {
            if let exclusion = exclusions.first(where: { $0.excludes(function) }) {
                let name = function.schema.fullName
                omissions.append(Omission(name: name, reason: exclusion.reason, isFailure: false))
            } else {
                remaining.append(function)
            }
        }
        var members = [[Choice]](repeating: [], count: sections.count)
        func place(_ function: NativeFunction, in section: Int) {
            members[section].append(Choice(function: function, section: sections[section].name))
        }
        var seen: Set<String> = []
        let byName = Dictionary(grouping: remaining, by: \.schema.name)
        for (index, section) in sections.enumerated() {
            for pattern in section.patterns where pattern.isName {
                let name = pattern.text.prefix { $0 != "." }
                for function in byName[String(name), default: []] where pattern.matches(function) {
                    if seen.insert(function.schema.fullName).inserted { place(function, in: index) }
                }
            }
        }
        for function in remaining where !seen.contains(function.schema.fullName) {
            let index = sections.firstIndex { $0.patterns.contains { !$0.isName && $0.matches(function) } }
            if let index {
                place(function, in: index)
            } else {
                omissions.append(
                    Omission(name: function.schema.fullName, reason: "no section holds it", isFailure: true))
            }
        }
        return (members.flatMap { $0 }, omissions + idlePatterns(in: functions, remaining))
    }

    /// What the list says of operations that there are not: a slip, or something that has gone from PyTorch.
    private func idlePatterns(in functions: NativeFunctions, _ remaining: [NativeFunction]) -> [Omission] {
        func idle(_ patterns: [Pattern], _ functions: [NativeFunction], _ reason: String) -> [Omission] {
            patterns.filter { pattern in pattern.mustMatch && !functions.contains(where: pattern.matches) }
                .map { Omission(name: $0.text, reason: reason, isFailure: true) }
        }
        let absent = "not in native_functions.yaml"
        return exclusions.flatMap { idle($0.patterns + $0.exceptions, functions.functions, absent) }
            + sections.flatMap { section in
                idle(section.patterns, remaining, "not in native_functions.yaml, or left out")
            }
    }
}

/// An operation that was not made.
public struct Omission: Equatable, Sendable {
    public var name: String
    public var reason: String
    /// Whether its absence is an error: no rule leaves it out.
    public var isFailure: Bool
}
