import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration

/// `helios config`
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Checks configurations, and prints their JSON Schema.",
        subcommands: [CheckCommand.self, SchemaCommand.self])

    /// `helios config check`
    struct CheckCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check", abstract: "Checks files of configurations, on top of each other.",
            discussion: """
                What it knows are the keys network, loss, optimizer, scheduler, sampler, metrics, plugins, loader and \
                trainer. The keys of a program's own are checked by the program: '<program> config check FILE'.

                The exit status is 0 if the configuration is correct, 1 if it is not, and 2 if something went wrong.

                Examples:
                  helios config check digits.yaml
                  helios config check base.yaml large.yaml
                """)

        @Argument(help: "The files.", completion: .file(extensions: ["yaml", "yml", "json"]))
        var files: [String]

        func run() throws {
            var layers = ConfigLayers()
            do {
                for file in files { try layers.add(file: file) }
                let others = try GeneralSettings.check(layers)
                let list = files.map { VisibleText.of(SystemPath.visible($0)) }.joined(separator: ", ")
                let rest =
                    others.isEmpty
                    ? ""
                    : " (not checked, since only the program knows them: "
                        + "\(others.map { VisibleText.of($0) }.joined(separator: ", ")))"
                try StandardStream.print("\(list): correct\(rest)")
            } catch let fault as ConfigFault where fault.position != nil {
                Terminal.complain("\(fault)")
                throw ExitCode(Status.no)
            }
        }
    }

    /// `helios config schema`
    struct SchemaCommand: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema", abstract: "Prints a JSON Schema, by which editors complete and check.",
            discussion: """
                It knows the keys of most programs, and allows others. '<program> config schema' knows all of a program.

                Save it, and name it in the first line of a configuration:
                  # yaml-language-server: $schema=helios.schema.json
                """)

        func run() throws {
            try StandardStream.print(
                ConfigSchema.schema(of: GeneralSettings(), title: "A configuration of Helios", isOpen: true).json)
        }
    }
}
