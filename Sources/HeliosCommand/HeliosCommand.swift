import ArgumentParser
import Foundation
import Helios

/// `helios`: tools for the files of trainings.
@main
struct HeliosCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "helios",
        abstract: "Begins packages, checks configurations, looks into checkpoints, shows curves, and bundles programs.",
        version: HeliosVersion.current,
        subcommands: [
            CheckpointCommand.self, ReportCommand.self, ConfigCommand.self, NewCommand.self, BundleCommand.self,
        ])

    static func main() {
        LibTorch.skipTeardown()
        StandardStream.openMissing()
        // A file that reaches the size limit of the user is then an error, not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
        Interruption.watch()
        do {
            let status = try run(arguments)
            try StandardStream.closeOutput()
            Foundation.exit(status)
        } catch let error as OutputError where error.isClosedPipe {
            // The status is what a process that the signal ended has, which the program's parent may have told it to
            // ignore.
            Foundation.exit(Status.closedPipe)
        } catch {
            Terminal.complain(
                exitCode(for: error) == .validationFailure ? fullMessage(for: error) : "helios: \(error)")
            Foundation.exit(Status.trouble)
        }
    }

    private static func run(_ arguments: [String]) throws -> Int32 {
        do {
            var command = try parseAsRoot(arguments)
            try command.run()
            return Status.yes
        } catch let code as ExitCode {
            return code.rawValue
        } catch  where exitCode(for: error) == .success {
            // Help and version texts arrive as errors too.
            try StandardStream.print(fullMessage(for: error))
            return Status.yes
        }
    }

    /// The arguments as the system has them. Those of `CommandLine` have lost bytes that are not UTF-8, which paths may
    /// contain.
    private static var arguments: [String] {
        (1..<max(Int(CommandLine.argc), 1)).compactMap { CommandLine.unsafeArgv[$0] }.map {
            SystemPath.text(of: UnsafePointer($0))
        }
    }
}

/// `helios checkpoint`
struct CheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint", abstract: "Looks into checkpoints, compares, converts and checks them.",
        discussion: """
            Works on what trainers save, on any other file of torch.save that holds plain data, and on safetensors \
            files, single ones or several with an index (model.safetensors.index.json). Nothing in a file is ever run.

            The exit status is 0 if all is well, 1 if files differ or are broken, and 2 if something went wrong, such \
            as a missing file or a wrong argument.
            """,
        subcommands: [ShowCommand.self, DiffCommand.self, ConvertCommand.self, VerifyCommand.self, MigrateCommand.self])
}

/// The options of all commands.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON document, which docs/command-line.md describes.")
    var json = false
}
