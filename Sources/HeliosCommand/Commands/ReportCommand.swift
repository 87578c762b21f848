import ArgumentParser
import Foundation
import Helios

/// `helios report`
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Writes one HTML page with the curves of runs, side by side.",
        discussion: """
            A run is a folder whose logs are in its folder 'logs', a folder of logs, or one file of them: JSON lines \
            (.jsonl), a table (.csv) or an events file of TensorBoard. If a folder has several for a run, JSON lines are \
            read before a table, and of event files only what the other file does not have, such as images. The \
            environment comes from the newest checkpoint beside the logs, or from the text log.

            The page needs no network and no other file. Long curves are reduced to at most 2,000 points, each with the \
            mean, the least and the greatest of the values that it stands for. Lines that are broken, such as the last \
            one of a run that was killed, are left out, and the page says so. The page replaces another page, but no \
            other file.

            Examples:
              helios report runs/digits
              helios report runs/a runs/b runs/c -o comparison.html
              helios report runs/digits/logs/digits.jsonl -o digits.html
            """)

    @Argument(help: ArgumentHelp("The folders of runs, or files of their logs.", valueName: "run"), completion: .file())
    var runs: [String]

    @Option(name: [.short, .long], help: "The page to write.", completion: .file(extensions: ["html"]))
    var output = "report.html"

    func run() throws {
        try ReportTarget.check(output)
        var seen: Set<String> = []
        let logs = try runs.flatMap { try RunLogs.find($0) }.filter { seen.insert($0.identity).inserted }
        var reported: [ReportedRun] = []
        for (number, (log, label)) in zip(logs, RunLogs.labels(logs)).enumerated() {
            let title = logs.count == 1 ? "reading \(label)" : "reading \(number + 1) of \(logs.count): \(label)"
            let run = try Progress.during(title) { try ReportedRun(log, label: label) }
            for problem in run.problems {
                Terminal.complain("helios: \(run.path): \(problem)")
            }
            reported.append(run)
        }
        guard reported.contains(where: { !$0.history.isEmpty }) else {
            let files = reported.map { VisibleText.of(SystemPath.visible($0.path)) }
            throw CommandError(
                "\(files.joined(separator: ", ")): nothing was logged yet, so that there is nothing to show")
        }
        let page = try Progress.during("writing \(output)") { try ReportPage(reported).html }
        do {
            try TextFile.replace(output, with: page)
        } catch {
            throw CommandError("\(output): \(error.reason)")
        }
        try StandardStream.print(
            "report: \(VisibleText.of(SystemPath.visible(output))), \(Quantity.bytes(page.utf8.count))")
    }
}
