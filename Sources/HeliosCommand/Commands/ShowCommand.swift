import ArgumentParser
import Helios

/// `helios checkpoint show`
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows what a file holds: keys, types, shapes and sizes.",
        discussion: """
            A checkpoint's counters come first. A tensor that shares memory with another is marked with the number of \
            the storage that they share; totals count such memory once. For tensors in several safetensors files, give \
            the index: each tensor is shown with its file. No tensor's elements are read.

            Examples:
              helios checkpoint show digits_epoch_20_iter_900.pth
              helios checkpoint show digits.pth --depth 1
              helios checkpoint show digits.pth --key model.user.optimizer
              helios checkpoint show model.safetensors --json
              helios checkpoint show model.safetensors.index.json
            """)

    @Argument(help: "The file.", completion: .file())
    var file: String

    @Option(help: ArgumentHelp("Show no more than this many levels.", valueName: "levels"))
    var depth: Int?

    @Option(help: ArgumentHelp("Show only what is below this key, as in 'model.user'.", valueName: "key"))
    var key: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard depth ?? 1 > 0 else { throw ValidationError("--depth must be positive, not \(depth ?? 0).") }
    }

    func run() throws {
        let contents = try FileContents(StateFile(file), key: key)
        if output.json {
            try StandardStream.print(contents.json(depth: depth).text)
        } else {
            try StandardStream.print(contents.lines(depth: depth, columns: Terminal.columns).joined(separator: "\n"))
        }
    }
}

/// What `show` prints about a file.
struct FileContents {
    private let file: StateFile
    private let tree: StateTree
    private let key: String?
    private let start: StateTree.Node
    private let counters: TrainingCounters?

    init(_ file: StateFile, key: String? = nil) throws {
        self.file = file
        self.key = key
        tree = StateTree(file.value, shard: file.shard)
        counters = TrainingCounters(file.value)
        guard let start = tree.root.node(at: StatePath(text: key ?? "")) else {
            throw CommandError("\(file.path): it has no key '\(VisibleText.of(key ?? ""))'")
        }
        self.start = start
    }

    func lines(depth: Int?, columns: Int?) -> [String] {
        let totals = tree.totals(of: start)
        var facts: [(name: String, value: String)] = [
            ("file", VisibleText.of(SystemPath.visible(file.path))),
            ("format", "\(file.format.title), \(Quantity.bytes(file.byteCount))"),
        ]
        if file.format == .sharded {
            facts.append(("files", Quantity.count(file.shards.count)))
        }
        facts += counters?.lines ?? []
        facts += file.metadata.map {
            ("metadata", "\(VisibleText.of($0.key)): \(VisibleText.quoted($0.text))")
        }
        if let key { facts.append(("shown", VisibleText.of(key))) }
        facts += [
            ("tensors", "\(Quantity.count(totals.tensors)), \(Quantity.bytes(totals.byteCount))"),
            ("parameters", Quantity.count(totals.parameters)),
        ]
        let width = facts.map(\.name.count).max() ?? 0
        let header = facts.map { name, value in
            let line = VisibleText.padded(name, width) + "  " + value
            return columns.map { VisibleText.clipped(line, $0) } ?? line
        }
        let table = StateTable(tree, from: start, name: key ?? "", depth: depth).lines(columns: columns)
        return header + [""] + (table.isEmpty ? ["(empty)"] : table)
    }

    func json(depth: Int?) -> JSONValue {
        let totals = tree.totals(of: start)
        return [
            "file": .path(file.path), "format": .string(file.format.rawValue),
            "fileByteCount": .int(file.byteCount),
            "shards": .array(
                file.shards.map { shard in
                    [
                        "file": .string(shard.name), "byteCount": .int(shard.byteCount),
                        "tensors": .int(shard.tensorCount),
                    ]
                }),
            "training": counters?.json ?? .null,
            "totals": [
                "tensors": .int(totals.tensors), "parameters": .int(totals.parameters),
                "byteCount": .int(totals.byteCount),
            ],
            "metadata": .object(file.metadata.map { .init($0.key, .string($0.text)) }),
            "key": .string(key), "contents": tree.json(start, depth: depth),
        ]
    }
}
