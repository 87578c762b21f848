/// What operations do, in a sentence each, as a text file lists them: `name: sentence` lines and `#` comments.
public struct Descriptions: Equatable, Sendable {
    private var sentences: [String: String] = [:]

    public init(parsing text: String = "") {
        for line in text.split(whereSeparator: \.isNewline) where line.first != "#" {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            sentences[String(parts[0])] = parts[1].trimmingPrefix { $0 == " " }.description
        }
    }

    /// The sentence of an operation; one in place shares the other's, unless it has its own.
    public subscript(name: String) -> String? {
        if let sentence = sentences[name] { return sentence }
        guard name.hasSuffix("_"), let sentence = sentences[String(name.dropLast())] else { return nil }
        return sentence
    }
}
