import ArgumentParser
import Foundation
import Helios

/// `helios checkpoint convert`
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert",
        abstract: "Writes a .pth file as safetensors, in one file or several, or the other way round.",
        discussion: """
            The new file's name says its format: .pth, .pt, .ckpt and .bin are PyTorch's, .safetensors is the other, \
            and .safetensors.index.json is an index, beside which the tensors lie in several safetensors files, of \
            --shard-size each. A safetensors file has one level of tensors: nested keys are joined by dots, and all that is not a tensor \
            goes into the file's (or the index's) metadata, from where converting back takes it. Tensors that share memory are written \
            each on its own, and expanded ones with all of their elements; if the file becomes much larger by that, only \
            with --materialize.

            The new file is there whole or not at all, and an index is written behind its files. What is there already \
            stays, unless --force is given.

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

    @Flag(help: "Replace a file that is there already.")
    var force = false

    @Flag(
        help:
            "Write every element of tensors that are expanded, or of which many share memory, however large the file becomes."
    )
    var materialize = false

    @Option(
        help: ArgumentHelp(
            "How many bytes of tensors each of several files takes, as in '500MB'; a larger tensor has its own. "
                + "5 GB where nothing is said.",
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
