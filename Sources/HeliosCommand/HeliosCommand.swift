import ArgumentParser
import Foundation
import Helios

/// `helios`: tools for what trainings leave behind.
@main
struct HeliosCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "helios", abstract: "Looks into checkpoints, compares, converts and checks them.",
        version: Helios.version, subcommands: [CheckpointCommand.self])

    static func main() {
        LibTorch.skipTeardown()
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            // Help and versions are printed as usual; whatever went wrong has one status.
            let code = exitCode(for: error)
            if code == .success || error is ExitCode { exit(withError: error) }
            Terminal.complain(code == .validationFailure ? fullMessage(for: error) : "helios: \(error)")
            exit(withError: ExitCode(Status.trouble))
        }
    }
}
