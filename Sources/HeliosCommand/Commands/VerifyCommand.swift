import ArgumentParser
import Foundation
import Helios

/// `helios checkpoint verify`
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Reads files as a whole and checks all that they say of themselves.",
        discussion: """
            Of a file: every record's checksum, the description of its contents, and that every tensor fits its bytes. \
            Of an index of several safetensors files: each of the files too, and that they have what it says. \
            Of a folder: every checkpoint and file of state in it, and which checkpoint training would go on from. \
            The folder may be that of one model, or the one above it. A file that the system does not let be read ("unread"), or \
            that holds what is not read here ("other": TorchScript, whole modules), is not called broken. The exit status \
            is 0 if all are whole, 1 if one is broken, 2 if that cannot be found out.

            Examples:
              helios checkpoint verify digits_epoch_20_iter_900.pth
              helios checkpoint verify runs/digits/checkpoints
            """)

    @Argument(help: "The file, or the folder.", completion: .file())
    var path: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let verification = try Verification(of: path)
        if output.json {
            try StandardStream.print(verification.json.text)
        } else {
            try StandardStream.print(verification.lines.joined(separator: "\n"))
        }
        if verification.status != Status.yes { throw ExitCode(verification.status) }
    }
}
