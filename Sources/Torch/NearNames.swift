/// Finds the names that may have been meant by a wrong one.
package enum NearNames {
    /// Returns up to three of the names that are nearest to a wrong one, the nearest first; none if none is near.
    package static func nearest(to wrong: String, among names: [String]) -> [String] {
        let wrong = Array(wrong.lowercased())
        // A text that is longer than any name is not a typing error, and would take long to compare.
        guard (1...64).contains(wrong.count) else { return [] }
        let most = max(2, wrong.count / 3)
        let near = names.compactMap { name -> (distance: Int, name: String)? in
            let candidate = Array(name.lowercased())
            guard candidate.count <= 64 else { return nil }
            let distance = distance(wrong, candidate)
            if distance <= most && distance < max(wrong.count, candidate.count) { return (distance, name) }
            // A name with something left out.
            return wrong.count >= 3 && isPart(wrong, of: candidate) ? (most + 1, name) : nil
        }
        return near.sorted { ($0.distance, $0.name.count, $0.name) < ($1.distance, $1.name.count, $1.name) }.prefix(3)
            .map(\.name)
    }

    /// Whether a name has the characters of another in their order: those of a part of it, or from its first letter on.
    private static func isPart(_ part: [Character], of name: [Character]) -> Bool {
        if String(name).contains(String(part)) { return true }
        guard part.first == name.first else { return false }
        var rest = part[...]
        for character in name where character == rest.first { rest = rest.dropFirst() }
        return rest.isEmpty
    }

    /// `; did you mean 'a', 'b' or 'c'?`, or an empty string.
    package static func question(_ wrong: String, among names: [String]) -> String {
        let near = nearest(to: wrong, among: names).map { "'\($0)'" }
        guard let last = near.last else { return "" }
        return "; did you mean \(near.count == 1 ? last : near.dropLast().joined(separator: ", ") + " or " + last)?"
    }

    /// Returns how many characters must be inserted, removed, replaced or swapped with their neighbor to turn one into
    /// the other.
    package static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, leftCharacter) in left.enumerated() {
            var current = [row + 1]
            for (column, rightCharacter) in right.enumerated() {
                var least = min(
                    last[column] + (leftCharacter == rightCharacter ? 0 : 1), last[column + 1] + 1,
                    current[column] + 1)
                if row > 0, column > 0, leftCharacter == right[column - 1], left[row - 1] == rightCharacter {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                current.append(least)
            }
            (beforeLast, last) = (last, current)
        }
        return last[right.count]
    }
}
