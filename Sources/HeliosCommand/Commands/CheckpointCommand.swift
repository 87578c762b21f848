import ArgumentParser

/// `helios checkpoint`
struct CheckpointCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint", abstract: "Looks into checkpoints, compares, converts and checks them.",
        discussion: """
            Works on what trainers save, on any other file of torch.save that holds plain data, and on safetensors \
            files, one alone or several with an index (model.safetensors.index.json). Nothing in a file is ever run.

            The exit status is 0 where all is well, 1 where files differ or are broken, and 2 where something went \
            wrong: a file that is not there, an argument that is none.
            """,
        subcommands: [ShowCommand.self, DiffCommand.self, ConvertCommand.self, VerifyCommand.self, MigrateCommand.self])
}

/// What all of the commands take.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print one JSON document, which docs/command-line.md describes.")
    var json = false
}
