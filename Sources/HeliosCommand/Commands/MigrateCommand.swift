import ArgumentParser
import Foundation
import Helios

/// `helios checkpoint migrate`
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings older checkpoints, and those of Python Helios, into this version's form.",
        discussion: """
            In a folder, it migrates every checkpoint directly in it, where a model's folder has them. Each is \
            replaced as a whole, and its original is kept in the folder '\(CheckpointMigration.originalsFolder)' next \
            to it. A trainer reads older checkpoints as they are; this is for those who want all of them in one form. \
            The exit status is 0 if all have it now, 1 if one could not be migrated, 2 if none could be tried.

            Examples:
              helios checkpoint migrate runs/digits/checkpoints/digits
              helios checkpoint migrate old_epoch_3_iter_120.pth --json
            """)

    @Argument(help: "The folder of a model's checkpoints, or one checkpoint.", completion: .file())
    var path: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let results = try Progress.during("migrating \(path)") {
            try CheckpointMigration.migrate(path: path)
        }
        if output.json {
            try StandardStream.print((["files": .array(results.map(\.json))] as JSONValue).text)
        } else {
            for result in results { try StandardStream.print(VisibleText.of(SystemPath.visible("\(result)"))) }
            if results.isEmpty { Terminal.complain("helios: \(path): there are no checkpoints in this folder") }
        }
        if results.isEmpty { throw ExitCode(Status.trouble) }
        if results.contains(where: \.hasFailed) { throw ExitCode(Status.no) }
    }
}

extension CheckpointMigration.Result {
    fileprivate var hasFailed: Bool {
        if case .failed = outcome { true } else { false }
    }

    fileprivate var json: JSONValue {
        let (word, origin, original, reason): (String, JSONValue, JSONValue, JSONValue) =
            switch outcome {
            case .migrated(let origin, let original):
                ("migrated", .string("\(origin)"), .path(original.path), .null)
            case .current: ("current", .null, .null, .null)
            case .failed(let error): ("failed", .null, .null, .string(error.reason))
            }
        return [
            "path": .path(file.path), "outcome": .string(word), "from": origin, "original": original,
            "reason": reason,
        ]
    }
}
