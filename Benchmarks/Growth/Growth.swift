import ArgumentParser
import Foundation
import Helios

/// Prints tables of how cost grows: with the steps of a training, the samples of an epoch, the parameters of a network.
@main
struct Growth: ParsableCommand {
    enum Part: String, CaseIterable, ExpressibleByArgument {
        case steps, samples, parameters
    }

    static let configuration = CommandConfiguration(
        commandName: "growth", abstract: "Prints tables of how cost grows with steps, samples and parameters.",
        discussion: """
            Each number is the median of three; what takes over ten seconds is measured once. One thread.
            """)

    @Option(help: "Only this part.")
    var only: Part?

    @Option(help: .hidden)
    var order: Int?

    func run() throws {
        try LibTorch.setThreadCount(1)
        if let order { return print(try OrderCost(samples: order).json()) }
        // A process starts with the peak of the one that started it: those that measure memory come first.
        if isWanted(.samples) { try printSampleTable() }
        if isWanted(.steps) { try printStepTables() }
        if isWanted(.parameters) { try printParameterTables() }
    }

    private func isWanted(_ part: Part) -> Bool { only == nil || only == part }
}
