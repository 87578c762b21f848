import ArgumentParser
import Foundation
import Helios

/// `helios checkpoint convert`
struct ConvertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Writes a .pth file as safetensors, or the other way round.",
        discussion: """
            The new file's name says its format: .pth, .pt, .ckpt and .bin are PyTorch's, .safetensors is the other. \
            A safetensors file has one level of tensors: nested keys are joined by dots, and all that is not a tensor \
            goes into the file's metadata, from where converting back takes it. Tensors that share memory are written \
            each on its own.

            The new file is there whole or not at all. One that is there already stays, unless --force is given.

            Examples:
              helios checkpoint convert digits.pth digits.safetensors
              helios checkpoint convert digits.safetensors digits.pth --force
            """)

    @Argument(help: "The file to read.", completion: .file())
    var source: String

    @Argument(help: "The file to write.", completion: .file())
    var target: String

    @Flag(help: "Replace a file that is there already.")
    var force = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let conversion = try Conversion(from: source, to: target, replaces: force)
        if output.json {
            print(conversion.json.text)
        } else {
            for note in conversion.notes { Terminal.complain("helios: \(note)") }
        }
    }
}
