/// A block of Swift on a page of Markdown, or a column of a table, with what a comment before it tells the check.
///
/// A block is compiled as the body of a function that may throw, unless a comment right before it says something else.
/// Readers do not see these comments, neither on GitHub nor in DocC:
///
/// - `<!-- check: CODE -->` compiles the code before the block, in the same function. If the code has a line with
///   nothing but `…`, the block takes its place.
/// - `<!-- check shared -->` makes the declarations of the block visible to all blocks of the page.
/// - `<!-- check continued -->` compiles the block in the function of the block before it. Code after a colon comes
///   between the two.
/// - `<!-- check skip: REASON -->` leaves the block out.
/// - `<!-- check column 2: CODE -->` stands before a table. Each piece of code in the second column is compiled as a
///   statement after the comment's code. A piece needs no `try` at its start, since nearly each would have one.
/// - `<!-- check page: CODE -->` belongs to no block: all blocks of the page see its declarations.
struct CodeBlock: Equatable {
    enum Role: Equatable {
        /// A function of its own.
        case function
        /// The rest of the function of the block before it.
        case continued
        /// Declarations for all blocks of the page.
        case shared
        /// A function that has the code of a table's column, the first column being 1.
        case column(Int)
        /// Declarations for all blocks of the page that only the check sees.
        case page
        /// Not compiled.
        case skipped(reason: String)
    }

    /// Lines of a page that follow one another.
    struct Lines: Equatable {
        /// The number of the first line, the page's first being 1.
        var start: Int
        var lines: [String]
    }

    var role = Role.function
    /// What is compiled before the block.
    var before = Lines(start: 1, lines: [])
    var code = Lines(start: 1, lines: [])
    /// What is compiled after the block.
    var after = Lines(start: 1, lines: [])
}

/// What is wrong with the comments or blocks of a page.
struct PageError: Error, Equatable, CustomStringConvertible {
    let page: String
    let line: Int
    let reason: String

    var description: String { "\(page):\(line): \(reason)" }
}

extension CodeBlock {
    /// The blocks of Swift on a page, and its comments that belong to the whole page.
    ///
    /// - Parameters:
    ///   - text: the page's text.
    ///   - page: the page's path, for errors.
    /// - Throws: `PageError` for a comment that is not understood or has no block after it, and for a block or a comment
    ///   without an end.
    static func all(in text: String, page: String) throws -> [CodeBlock] {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var blocks: [CodeBlock] = []
        var pending: (block: CodeBlock, line: Int)?
        var index = 0
        func error(_ reason: String, at line: Int) -> PageError { PageError(page: page, line: line, reason: reason) }

        while index < lines.count {
            let line = lines[index].trimmed
            if line.hasPrefix("<!-- check") {
                let start = index
                while !lines[index].contains("-->") {
                    index += 1
                    guard index < lines.count else { throw error("the comment has no end", at: start + 1) }
                }
                if let pending { throw error("no block of Swift follows this comment", at: pending.line) }
                let comment = lines[start...index].joined(separator: "\n")
                guard let block = CodeBlock(comment: comment, line: start + 1) else {
                    throw error("the comment is none of those that CodeBlock.swift describes", at: start + 1)
                }
                if block.role == .page { blocks.append(block) } else { pending = (block, start + 1) }
            } else if line.hasPrefix("```") {
                let start = index
                let indentation = lines[index].prefix { $0 == " " }.count
                let fence = String(line.prefix { $0 == "`" })
                repeat {
                    index += 1
                    guard index < lines.count else { throw error("the block has no end", at: start + 1) }
                } while lines[index].trimmed != fence
                var isColumn = false
                if case .column = pending?.block.role { isColumn = true }
                if line.dropFirst(fence.count) == "swift", !isColumn {
                    var block = pending?.block ?? CodeBlock()
                    block.code = Lines(
                        start: start + 2,
                        lines: lines[(start + 1)..<index].map { line in
                            String(line.dropFirst(min(indentation, line.prefix { $0 == " " }.count)))
                        })
                    blocks.append(block)
                    pending = nil
                }
            }
            if line.hasPrefix("|"), var block = pending?.block, case .column(let column) = block.role {
                let start = index
                while index + 1 < lines.count, lines[index + 1].trimmed.hasPrefix("|") { index += 1 }
                let rows = lines[start...index].map { statements(inRow: $0, column: column) }
                block.code = Lines(start: start + 3, lines: Array(rows.dropFirst(2)))
                guard block.code.lines.contains(where: { !$0.isEmpty }) else {
                    throw error("this column of the table has no code", at: start + 1)
                }
                blocks.append(block)
                pending = nil
            }
            if !line.isEmpty, !line.hasPrefix("<!--"), let pending {
                throw error("no block of Swift follows this comment", at: pending.line)
            }
            index += 1
        }
        if let pending { throw error("no block of Swift follows this comment", at: pending.line) }
        return blocks
    }

    /// The code in a column of a table's row, as statements in one line.
    private static func statements(inRow row: String, column: Int) -> String {
        // A bar in code is written with a backslash.
        let cells = row.replacing("\\|", with: "\u{0}").split(separator: "|", omittingEmptySubsequences: false)
        guard column < cells.count else { return "" }
        let pieces = cells[column].split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }
        return pieces.map { piece in
            var code = String(piece.element).replacing("\u{0}", with: "|")
            if code.hasSuffix(":)") {
                code = "_ = \(code)"
            } else if !["try ", "for ", "while "].contains(where: code.hasPrefix) {
                if code.hasPrefix("let "), let equals = code.firstRange(of: "= ") {
                    code.insert(contentsOf: "try ", at: equals.upperBound)
                } else {
                    code = "try \(code)"
                }
            }
            return "do { \(code) }"
        }
        .joined(separator: "; ")
    }

    /// The block that a comment announces, still without its code.
    private init?(comment: String, line: Int) {
        guard comment.hasSuffix("-->") else { return nil }
        let text = comment.dropFirst("<!-- check".count).dropLast("-->".count)
        let (word, colon, rest) = text.divided(at: ":")
        let lines = rest.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let name = String(word).trimmed
        switch name {
        case "" where colon: role = .function
        case "continued": role = .continued
        case "shared": role = .shared
        case "page" where colon: role = .page
        case "skip" where !String(rest).trimmed.isEmpty:
            role = .skipped(reason: String(rest).trimmed)
            return
        default:
            guard name.hasPrefix("column "), let number = Int(name.dropFirst("column ".count)), number > 0 else {
                return nil
            }
            role = .column(number)
        }
        if role == .page {
            code = Lines(start: line, lines: lines)
        } else if let place = lines.firstIndex(where: { $0.trimmed == "…" }) {
            before = Lines(start: line, lines: Array(lines[..<place]))
            after = Lines(start: line + place + 1, lines: Array(lines[(place + 1)...]))
        } else {
            before = Lines(start: line, lines: lines)
        }
    }
}

extension String {
    /// The text without spaces at its ends.
    fileprivate var trimmed: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}

extension Substring {
    /// What is before a character and what is after it, and whether it is there at all.
    fileprivate func divided(at character: Character) -> (before: Substring, isThere: Bool, after: Substring) {
        guard let place = firstIndex(of: character) else { return (self, false, "") }
        return (self[..<place], true, self[index(after: place)...])
    }
}
