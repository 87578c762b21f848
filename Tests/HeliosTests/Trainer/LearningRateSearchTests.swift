import TestSupport
import Testing

@testable import Helios

@Suite struct LearningRateSearchTests {
    private struct Case: Decodable {
        let steps: Int
        let smoothing: Double
        let divergence: Double?
        let raw: [Double]
        let smoothed: [Double]
        let diverged: Bool
        let suggestion: Int?
    }

    /// Gives a search the losses of a case until it has enough of them.
    private func search(_ example: Case) -> LearningRateSearch {
        let rates = LearningRateSearch.rates(from: 1e-7, to: 10, steps: example.steps, .exponential)
        var search = LearningRateSearch(smoothing: example.smoothing, divergence: example.divergence)
        for (rate, loss) in zip(rates, example.raw) {
            guard search.add(rate: rate, loss: loss) else { break }
        }
        return search
    }

    @Test("smoothed losses, the early end and the suggestion are those of PyTorch Lightning's rule")
    func rule() throws {
        for (name, example) in try fixture("learning-rate-finder", as: [String: Case].self) {
            let search = search(example)
            #expect(search.losses.count == example.smoothed.count, "\(name)")
            for (loss, expected) in zip(search.losses, example.smoothed) {
                #expect(abs(loss - expected) <= 1e-12 * abs(expected), "\(name)")
            }
            #expect(search.hasDiverged == example.diverged, "\(name)")
            #expect(search.suggestion == example.suggestion.map { search.rates[$0] }, "\(name)")
        }
    }

    @Test("rates grow by one factor, or by one amount, from the first to the last")
    func rates() {
        let exponential = LearningRateSearch.rates(from: 1e-4, to: 1, steps: 5, .exponential)
        for (rate, expected) in zip(exponential, [1e-4, 1e-3, 1e-2, 1e-1, 1]) {
            #expect(abs(rate / expected - 1) < 1e-12)
        }
        #expect(LearningRateSearch.rates(from: 1, to: 3, steps: 3, .linear) == [1, 2, 3])
        #expect(LearningRateSearch.rates(from: 1, to: 3, steps: 2, .exponential) == [1, 3])
    }

    @Test("a loss that is not finite ends the test and is not kept", arguments: [Double.nan, .infinity, -.infinity])
    func nonFinite(loss: Double) {
        var search = LearningRateSearch(smoothing: 0.9, divergence: nil)
        let goesOn = [search.add(rate: 0.1, loss: 1), search.add(rate: 0.2, loss: loss)]
        #expect(goesOn == [true, false])
        #expect(search.hasDiverged && search.losses.count == 1 && search.suggestion == nil)
    }

    @Test("it prints the curve as a table with bars, marks the suggestion and says how it ended")
    func text() throws {
        let example = try #require(try fixture("learning-rate-finder", as: [String: Case].self)["valley"])
        let search = search(example)
        let lines = search.description.split(separator: "\n").map(String.init)
        #expect(lines[0] == "learning rate   loss")
        #expect(lines[1].hasPrefix("1.00e-07         2.3  ########################################"))
        #expect(lines.filter { $0.hasSuffix("<- falls fastest") }.count == 1)
        #expect((20...25).contains(lines.count))
        let rate = try #require(search.suggestion)
        let marked = try #require(lines.first { $0.hasSuffix("<- falls fastest") })
        let number = try #require(Double(marked.split(separator: " ")[0]))
        #expect(abs(number / rate - 1) < 0.01)
        #expect(lines.last?.hasPrefix("suggested learning rate: ") == true)
        #expect(lines.last?.hasSuffix(", where the loss diverged)") == true)
    }

    @Test("a flat curve, a single step and none have texts too")
    func shortTexts() {
        var search = LearningRateSearch(smoothing: 0, divergence: 4)
        #expect(search.description.contains("no learning rate was tried"))
        _ = search.add(rate: 0.1, loss: 0)
        #expect(search.description.contains("no suggestion after 1 step to 1.00e-01"))
        _ = search.add(rate: 0.2, loss: 0)
        #expect(search.description.contains("no suggestion after 2 steps"))
    }
}
