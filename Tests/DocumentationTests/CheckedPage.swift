import Foundation

/// A page of Markdown as a file of Swift that compiles if the page's blocks do.
struct CheckedPage {
    /// The path from the root of the repository.
    let path: String
    let blocks: [CodeBlock]

    init(_ path: String, text: String) throws {
        self.path = path
        blocks = try CodeBlock.all(in: text, page: path)
    }

    /// How many blocks of Swift, and columns of tables, are compiled.
    var checkedCount: Int {
        blocks.count { block in
            switch block.role {
            case .function, .continued, .shared, .column: true
            case .page, .skipped: false
            }
        }
    }

    /// The file of Swift: one structure with the page's declarations, and a function for each other block.
    ///
    /// The compiler names the page and its lines in messages, not this file's.
    var source: String {
        var imports: [String] = []
        var declarations: [String] = []
        var functions: [[String]] = []
        for block in blocks {
            if case .skipped = block.role { continue }
            let lines = [block.before, block.code, block.after].flatMap { located($0, imports: &imports) }
            switch block.role {
            case .skipped: break
            case .page, .shared: declarations += lines
            case .continued where !functions.isEmpty: functions[functions.count - 1] += lines
            case .function, .continued, .column: functions.append(lines)
            }
        }
        let bodies = functions.enumerated().flatMap { number, lines in
            ["func block\(number)() throws {"] + lines + ["}"]
        }
        let name = String(path.map { $0.isLetter || $0.isNumber ? $0 : "_" })
        return
            (["import Foundation", "import Helios"] + imports + ["struct Page_\(name) {"] + declarations + bodies + [
                "}"
            ])
            .joined(separator: "\n") + "\n"
    }

    /// Lines with their place on the page. Imports leave theirs, since they must come first in a file.
    ///
    /// `{ … }` stands for code that the page leaves out, and so does a line with nothing but `…`.
    private func located(_ part: CodeBlock.Lines, imports: inout [String]) -> [String] {
        var lines: [String] = []
        for line in part.lines {
            let code = line.trimmingCharacters(in: .whitespaces)
            if code.hasPrefix("import ") {
                imports.append(code)
                lines.append("")
            } else if line.allSatisfy({ $0 == " " || $0 == "…" }) {
                lines.append("")
            } else {
                lines.append(line.replacingOccurrences(of: "{ … }", with: "{ fatalError() }"))
            }
        }
        guard lines.contains(where: { !$0.isEmpty }) else { return [] }
        return ["#sourceLocation(file: \"\(path)\", line: \(part.start))"] + lines + ["#sourceLocation()"]
    }
}
