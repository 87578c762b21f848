import ArgumentParser

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
