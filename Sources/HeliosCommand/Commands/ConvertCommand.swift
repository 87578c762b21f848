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
