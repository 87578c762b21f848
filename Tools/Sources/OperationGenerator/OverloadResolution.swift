/// Keeps Swift overloads apart: no two may be declared alike, and no sensible call may mean two of them.
struct OverloadResolution {
    /// The functions that remain, in the order of their operations.
    private(set) var signatures: [SwiftSignature] = []
    private(set) var omissions: [Omission] = []
    /// What was changed, for the report: the function and the argument that lost its default.
    private(set) var requirements: [(operation: String, argument: String, because: String)] = []

    init(_ all: [SwiftSignature]) {
        var earlier: [String: [SwiftSignature]] = [:]
        // The shortest overload is the one that keeps its defaults: `x.any()` before `x.any(dims:)`.
        let order = all.indices.sorted { (all[$0].parameters.count, $0) < (all[$1].parameters.count, $1) }
        var resolutions = [SwiftSignature?](repeating: nil, count: all.count)
        for index in order {
            let signature = all[index]
            let key = "\(signature.namespace).\(signature.receiver == nil).\(signature.name)"
            let others = earlier[key, default: []]
            if let twin = others.first(where: { OverloadResolution.isDeclaredAlike($0, signature) }) {
                omissions.append(
                    Omission(
                        name: signature.operation.schema.fullName,
                        reason: "declared like \(twin.operation.schema.fullName) in Swift", isFailure: true))
                continue
            }
            guard let resolved = resolve(signature, against: others) else { continue }
            earlier[key] = others + [resolved]
            resolutions[index] = resolved
        }
        signatures = resolutions.compactMap { $0 }
        omissions += OverloadResolution.clashes(signatures)
    }

    /// The functions for one dimension that a call could take for another function of their name.
    private static func clashes(_ signatures: [SwiftSignature]) -> [Omission] {
        signatures.compactMap { signature in
            guard let form = signature.forOneDimension else { return nil }
            let others = signatures.filter { other in
                other.namespace == form.namespace && other.name == form.name && other != signature
                    && (other.receiver == nil) == (form.receiver == nil)
            }
            let forms = others + others.compactMap(\.forOneDimension)
            guard let clash = forms.first(where: { haveCommonCall($0, form) }) else { return nil }
            return Omission(
                name: signature.operation.schema.fullName,
                reason: "calls for one dimension could mean \(clash.operation.schema.fullName) too", isFailure: true)
        }
    }

    /// Makes arguments required, until no call could mean both `signature` and an earlier overload; `nil` if that
    /// cannot be had.
    ///
    /// A call is ambiguous when neither overload's own arguments are in it. The argument that settles most of such
    /// calls is asked for first.
    private mutating func resolve(_ signature: SwiftSignature, against others: [SwiftSignature]) -> SwiftSignature? {
        var result = signature
        guard !Naming.acceptedAmbiguities.contains(signature.operation.schema.name) else { return result }
        while true {
            let conflicts = others.filter { OverloadResolution.haveCommonCall($0, result) }
            guard let conflict = conflicts.first else { return result }
            let own = result.parameters.indices.filter { index in
                let parameter = result.parameters[index]
                return parameter.defaultValue != nil
                    && !conflict.parameters.contains { $0.label == parameter.label && $0.type == parameter.type }
            }
            let settled = own.map { index in
                var candidate = result
                candidate.parameters[index].defaultValue = nil
                return (index, conflicts.filter { !OverloadResolution.haveCommonCall($0, candidate) }.count)
            }
            // The first of the best: `max` would give the last.
            guard let best = settled.reversed().max(by: { $0.1 < $1.1 }), best.1 > 0 else {
                omissions.append(
                    Omission(
                        name: signature.operation.schema.fullName,
                        reason: "calls could mean \(conflict.operation.schema.fullName) too", isFailure: true))
                return nil
            }
            result.parameters[best.0].defaultValue = nil
            requirements.append(
                (
                    signature.operation.schema.fullName, result.parameters[best.0].name,
                    conflict.operation.schema.fullName
                ))
        }
    }

    static func isDeclaredAlike(_ left: SwiftSignature, _ right: SwiftSignature) -> Bool {
        left.parameters.map(\.label) == right.parameters.map(\.label)
            && left.parameters.map(\.type) == right.parameters.map(\.type)
    }

    /// Whether some call, with the same labels and arguments of the same types, could mean either.
    static func haveCommonCall(_ left: SwiftSignature, _ right: SwiftSignature) -> Bool {
        func match(_ i: Int, _ j: Int) -> Bool {
            if i == left.parameters.count, j == right.parameters.count { return true }
            let one = i < left.parameters.count ? left.parameters[i] : nil
            let two = j < right.parameters.count ? right.parameters[j] : nil
            if one?.defaultValue != nil, match(i + 1, j) { return true }
            if two?.defaultValue != nil, match(i, j + 1) { return true }
            guard let one, let two, one.label == two.label, one.type == two.type else { return false }
            return match(i + 1, j + 1)
        }
        return match(0, 0)
    }
}
