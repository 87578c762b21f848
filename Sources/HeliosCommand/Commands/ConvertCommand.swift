import ArgumentParser
import Foundation
import Helios

/// `helios checkpoint convert`
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Writes a .pth file as safetensors, in one file or several, or the other way around.",
        discussion: """
            The new file's name determines its format: .pth, .pt, .ckpt and .bin are PyTorch's, .safetensors is one \
            safetensors file, and .safetensors.index.json is an index with several safetensors files of --shard-size \
            each. A safetensors file has one level of tensors: nested keys are joined by dots, and everything that is \
            not a tensor goes into the metadata of the file (or of the index), from which converting back restores it. \
            Tensors that share memory are each written separately, and expanded ones with all of their elements; if \
            that makes the file much larger, --materialize is needed.

            The new file is written as a whole or not at all, and an index after its files. Existing files are kept, \
            unless --force is given.

            Examples:
              helios checkpoint convert digits.pth digits.safetensors
              helios checkpoint convert digits.safetensors digits.pth --force
              helios checkpoint convert model.pth model.safetensors.index.json --shard-size 2GB
              helios checkpoint convert model.safetensors.index.json model.safetensors
            """)

    @Argument(help: "The file to read.", completion: .file())
    var source: String

    @Argument(help: "The file to write.", completion: .file())
    var target: String

    @Flag(help: "Replace an existing file.")
    var force = false

    @Flag(
        help:
            "Write every element of tensors that are expanded or share memory, however large the file becomes."
    )
    var materialize = false

    @Option(
        help: ArgumentHelp(
            "The most bytes of tensors in each of several files, as in '500MB'; a larger tensor gets its own. "
                + "The default is 5 GB.",
            valueName: "size"))
    var shardSize: ShardSize?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard shardSize == nil || StateFile.Format(named: target) == .sharded else {
            throw ValidationError(
                "--shard-size is for several files: the target's name must then end in \(StateFile.Format.indexSuffix)."
            )
        }
    }

    func run() throws {
        let conversion = try Conversion(
            from: source, to: target, replaces: force, materializes: materialize,
            shardSize: shardSize?.byteCount ?? ShardSize.usual)
        if output.json {
            try StandardStream.print(conversion.json.text)
        } else {
            for note in conversion.notes { Terminal.complain("helios: \(note)") }
        }
    }
}

/// The most bytes of tensors in one of several files, as a user writes it: `2GB`, `500 MB`, `1.5GiB`, `1000`.
struct ShardSize: ExpressibleByArgument, Equatable {
    let byteCount: Int

    /// The default of Hugging Face's libraries.
    static let usual = 5_000_000_000

    /// `nil` if the text is not a size, or if the size is less than a byte or more than memory could have.
    init?(argument: String) {
        guard let match = argument.wholeMatch(of: /(\d+(?:\.\d+)?) *([A-Za-z]*)/),
            let number = Double(match.1), let unit = ShardSize.units[match.2.lowercased()],
            let byteCount = Int(exactly: (number * unit).rounded(.down)), byteCount > 0
        else { return nil }
        self.byteCount = byteCount
    }

    /// Units are powers of 1000, as everywhere here, or of 1024 if the unit says so.
    private static let units: [String: Double] = [
        "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
        "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824, "tib": 1_099_511_627_776,
    ]
}
