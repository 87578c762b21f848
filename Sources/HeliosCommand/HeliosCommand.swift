import ArgumentParser
import Foundation
import Helios

/// `helios`: tools for what trainings leave behind.
@main
struct HeliosCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "helios", abstract: "Looks into checkpoints, compares, converts and checks them.",
        version: HeliosVersion.current, subcommands: [CheckpointCommand.self])

    static func main() {
        LibTorch.skipTeardown()
        StandardStream.openMissing()
        // A file that reaches the size which the user may write is then an error, not the end of the process.
        signal(SIGXFSZ, SIG_IGN)
        Interruption.watch()
        do {
            let status = try run(arguments)
            try StandardStream.closeOutput()
            Foundation.exit(status)
        } catch let error as OutputError where error.isClosedPipe {
            // As the signal would have ended it, if the program's parent had not told it to ignore that.
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
            // Help and versions come as errors too.
            try StandardStream.print(fullMessage(for: error))
            return Status.yes
        }
    }

    /// The arguments as the system has them. Those of `CommandLine` have lost the bytes that are not UTF-8, which a path may
    /// have.
    private static var arguments: [String] {
        (1..<max(Int(CommandLine.argc), 1)).compactMap { CommandLine.unsafeArgv[$0] }.map {
            SystemPath.text(of: UnsafePointer($0))
        }
    }
}
