import ArgumentParser
import Foundation
import Helios

/// `helios checkpoint migrate`
struct MigrateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Brings older checkpoints, and Python Helios', into this version's form.",
        discussion: """
            Of a folder: every checkpoint right in it, as a model's folder has them. Each is replaced as a whole, and \
            its original is kept in the folder '\(CheckpointMigration.originalsFolder)' beside it. A trainer reads \
            older checkpoints as they are; this is for those who want all of them in one form. The exit status is 0 \
            where all have it now, 1 where one could not be migrated, 2 where none could be tried.

            Examples:
              helios checkpoint migrate runs/digits/checkpoints/digits
              helios checkpoint migrate old_epoch_3_iter_120.pth --json
            """)

    @Argument(help: "The folder of a model's checkpoints, or one checkpoint.", completion: .file())
    var path: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let results = try Progress.during("migrating \(path)") {
            try CheckpointMigration.migrate(MigrateCommand.url(of: path))
        }
        if output.json {
            try StandardStream.print(JSONValue.object([("files", .array(results.map(\.json)))]).text)
        } else {
            for result in results { try StandardStream.print(VisibleText.of("\(result)")) }
            if results.isEmpty { Terminal.complain("helios: \(path): there are no checkpoints in this folder") }
        }
        if results.isEmpty { throw ExitCode(Status.trouble) }
        if results.contains(where: \.hasFailed) { throw ExitCode(Status.no) }
    }
}

extension MigrateCommand {
    /// - Throws: `CommandError` for a path that Foundation, by which checkpoints are migrated, would make another of.
    private static func url(of path: String) throws -> URL {
        guard SystemPath.visible(path) == path else {
            throw CommandError("\(path): the path is not UTF-8, which migrating needs: rename it")
        }
        return URL(filePath: path)
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
                ("migrated", .string("\(origin)"), .string(original.path), .null)
            case .current: ("current", .null, .null, .null)
            case .failed(let error): ("failed", .null, .null, .string(error.reason))
            }
        return .object([
            ("path", .string(file.path)), ("outcome", .string(word)), ("from", origin), ("original", original),
            ("reason", reason),
        ])
    }
}
