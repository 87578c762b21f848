import ArgumentParser
import Foundation
import Helios

/// `helios checkpoint verify`
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Reads whole files and checks that they are intact.",
        discussion: """
            In a file, it checks every record's checksum, the description of the contents, and that every tensor \
            fits its bytes; for an index of several safetensors files also each of the files, and that they have \
            what it says. In a folder, it checks every checkpoint and file of state, and says which checkpoint \
            training would resume from. The folder may be one model's, the checkpoint root above it, or the \
            folder of a run that has the root in it. A file that the system does not allow reading ("unread"), or \
            that holds something this program does not read ("other": TorchScript, whole modules), does not count as \
            broken. The exit status is 0 if all are whole, 1 if one is broken, 2 if that cannot be found out.

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
