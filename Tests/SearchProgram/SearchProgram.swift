import Foundation
import HeliosOptuna
import TestSupport

/// A search for the hyperparameters of a classifier of digits: `SearchProgram <folder> <file of the digits> <trials>
/// <ranks> <pruner>`. Prints the trials in the end, with every bit of their values. `SearchProgram example <folder>` runs
/// the example of docs/optuna.md.
@main
enum SearchProgram {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.first == "example", let folder = arguments.last { return runExample(in: URL(filePath: folder)) }
        let numbers = arguments.dropFirst(2).prefix(2).compactMap { Int($0) }
        guard arguments.count == 5, numbers.count == 2, let last = arguments.last else { exit(64) }
        do {
            try LibTorch.setThreadCount(1)
            if numbers[1] > 1 { try World.join(processes: numbers[1], timeout: .seconds(30)) }
            let search = DigitsSearch(
                folder: URL(filePath: arguments[1]), digits: URL(filePath: arguments[2]), pruner: last)
            try search.run(trials: numbers[0])
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }

    private static func runExample(in folder: URL) {
        do {
            try search(in: folder, python: PythonCommand(environment: Python.trackingEnvironment))
        } catch {
            print("error: \(error)")
            exit(1)
        }
    }
}
