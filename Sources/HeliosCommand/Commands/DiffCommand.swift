import ArgumentParser
import Helios

/// `helios checkpoint diff`
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Compares two files: which keys differ, and by how much.",
        discussion: """
            Numbers are compared as numbers: 0 and -0 are equal, and so are two NaNs. The order of keys, the layout of \
            tensors in memory, and the files' formats do not matter. For tensors in several safetensors files, give the \
            index. The exit status is 0 if the files are the same, 1 if they differ, 2 if that cannot be found out.

            Examples:
              helios checkpoint diff before.pth after.pth
              helios checkpoint diff a.pth b.pth --tolerance 1e-6 --ignore training_state.average_iter_time
              helios checkpoint diff a.pth b.pth --ignore '*.running_mean' --ignore rng
            """)

    @Argument(help: "The first file.", completion: .file())
    var first: String

    @Argument(help: "The second file.", completion: .file())
    var second: String

    @Option(help: "Treat numbers that differ by no more than this as equal.")
    var tolerance = 0.0

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Ignore this key and everything below it; '*' stands for any characters. May be given more than once.",
            valueName: "key"))
    var ignore: [String] = []

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard tolerance >= 0 else { throw ValidationError("--tolerance must not be negative, and is \(tolerance).") }
    }

    func run() throws {
        let (left, right) = (try StateFile(first), try StateFile(second))
        // A safetensors file has only one level, unless its metadata describe more.
        let isFlat = left.format != right.format || left.isTree != right.isTree
        var comparison = StateComparison(
            tolerance: tolerance, ignoring: ignore, elements: (left.elements, right.elements))
        try Progress.during("comparing") {
            try comparison.compare(
                isFlat ? left.flattened() : left.value, isFlat ? right.flattened() : right.value)
        }
        let differences = comparison.differences
        if output.json {
            try StandardStream.print(
                ([
                    "first": .path(first), "second": .path(second), "same": .bool(differences.isEmpty),
                    "compared": .int(comparison.comparedCount),
                    "differences": .array(differences.map(\.json)),
                ] as JSONValue).text)
        } else {
            let lines = DiffCommand.lines(comparison, columns: Terminal.columns)
            if !lines.isEmpty { try StandardStream.print(lines.joined(separator: "\n")) }
        }
        if !differences.isEmpty { throw ExitCode(Status.no) }
    }

    static func lines(_ comparison: StateComparison, columns: Int?) -> [String] {
        let differences = comparison.differences
        guard !differences.isEmpty else { return [] }
        let names = differences.map { $0.path.isRoot ? "(all)" : VisibleText.of($0.path.text) }
        // On a narrow terminal each difference has its own line below its key.
        let width = names.map { TerminalText.columns(of: $0) }.max() ?? 0
        let isNarrow = columns.map { width + 40 > $0 } ?? false
        var lines: [String] = []
        for (name, difference) in zip(names, differences) {
            if isNarrow {
                lines += [name, "  " + difference.text]
            } else {
                lines.append(VisibleText.padded(name, width) + "  " + difference.text)
            }
        }
        let count = Quantity.count(differences.count, "difference")
        return lines + ["", "\(count) in \(Quantity.count(comparison.comparedCount, "value"))"]
    }
}
