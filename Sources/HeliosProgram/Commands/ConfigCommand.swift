import ArgumentParser
import Foundation
import Helios
import HeliosConfiguration

/// `config`
struct ConfigCommand<Program: TrainingCommand>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "config", abstract: "Checks and shows configurations.",
            subcommands: [Check.self, Show.self, Schema.self])
    }

    /// `config check`
    struct Check: ParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "check", abstract: "Checks files of configurations, on top of each other.")
        }

        @Argument(help: "The files.", completion: .file(extensions: ["yaml", "yml", "json"]))
        var files: [String]

        func run() throws {
            try Program.register()
            var layers = ConfigLayers()
            for file in files { try layers.add(file: file) }
            _ = try layers.decode(ProgramSettings<Program>.self)
            print("\(files.joined(separator: ", ")): correct")
        }
    }

    /// `config show`
    struct Show: ParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "show", abstract: "Prints the configuration that the options make, with all defaults.")
        }

        @OptionGroup var options: RunOptions<Program>

        @Flag(help: "Print JSON instead of YAML.")
        var json = false

        func run() throws {
            try Program.register()
            let settings = try options.layers(readsRun: false).decode(ProgramSettings<Program>.self)
            let configuration = try settings.configuration()
            print(json ? configuration.json : configuration.yaml, terminator: json ? "\n" : "")
        }
    }

    /// `config schema`
    struct Schema: ParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "schema", abstract: "Prints a JSON Schema, by which editors complete and check.",
                discussion: """
                    Save it, and name it in the first line of a configuration:
                      # yaml-language-server: $schema=\(Program.name).schema.json
                    """)
        }

        func run() throws {
            try Program.register()
            print(
                try ConfigSchema.schema(of: ProgramSettings<Program>(), title: "A configuration of \(Program.name)")
                    .json)
        }
    }
}
