import Foundation
import Helios
import TestSupport
import Testing

@testable import LanguageModel

struct LanguageModelTests {
    @Test("the model learns where digits and signs stand", .standardGenerator)
    func learnsTheForm() throws {
        let model = LanguageModel(saveName: "sums")
        let trainer = try Trainer(.epochs(2), validation: .every(1), device: .cpu, display: .nothing)
        try trainer.fit(model, SumData())
        let loss = try #require(model.validationScores["loss"])
        // Three characters of ten are known, and the digits guessed: 0.7 · ln 10 = 1.61. Knowing nothing: ln 13 = 2.56.
        #expect(loss < 1.8, "\(loss)")
    }
}
