import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite struct WatchedMetricTests {
    @Test("the smaller or the greater score is better, by more than the delta, and what is not a number never is")
    func better() {
        #expect(MetricMode.min.isBetter(1, than: 2) && !MetricMode.min.isBetter(2, than: 1))
        #expect(MetricMode.max.isBetter(2, than: 1) && !MetricMode.max.isBetter(1, than: 2))
        for mode in MetricMode.allCases {
            #expect(!mode.isBetter(1, than: 1))
            #expect(!mode.isBetter(.nan, than: 1) && !mode.isBetter(1, than: .nan))
        }
        #expect(!MetricMode.min.isBetter(1, than: 1.5, by: 0.5) && MetricMode.min.isBetter(0.9, than: 1.5, by: 0.5))
        #expect(!MetricMode.max.isBetter(1.5, than: 1, by: 0.5) && MetricMode.max.isBetter(1.6, than: 1, by: 0.5))
        #expect(MetricMode.min.isBetter(1, than: .infinity) && MetricMode.max.isBetter(.infinity, than: 1))
    }

    @Test("a score that is not there is an error with the nearest name and all that are there")
    func missing() throws {
        let metric = WatchedMetric(name: "accurcy", mode: .max)
        let plugin = Plugin(id: "watching")
        #expect(try metric.value(in: ["accurcy": 2], for: plugin) == 2)
        let error = #expect(throws: PluginError.self) {
            try metric.value(in: ["loss": 1, "accuracy": 0.5], for: plugin)
        }
        #expect(
            error?.description
                == "plug-in 'watching': there is no score 'accurcy'; did you mean 'accuracy'? There are: accuracy, loss"
        )
        let other = #expect(throws: PluginError.self) { try metric.value(in: ["loss": 1], for: plugin) }
        #expect(other?.reason == "there is no score 'accurcy'. There are: loss")
        let none = #expect(throws: PluginError.self) { try metric.value(in: [:], for: plugin) }
        #expect(none?.reason.contains("validationScores") == true)
    }
}
