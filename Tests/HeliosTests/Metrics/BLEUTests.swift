import Helios
import TestSupport
import Testing
import Torch

@testable import RegistryCases

/// BLEU against torchmetrics and sacrebleu.
@Suite struct BLEUTests {
    struct Case: Decodable, Sendable {
        let options: [String: JSONOption]
        let translations: [String]
        let references: [[String]]
        let expected: Double

        func make() throws -> BLEU {
            try Registries.metrics.make(
                "BLEU", .dictionary(.init(uniqueKeysWithValues: options.map { ($0.key, $0.value.value) })),
                as: BLEU.self)
        }
    }

    /// torchmetrics computes in float32.
    @Test("scores of corpora are those of other libraries")
    func recorded() throws {
        try expectSame(fixture("metrics-text"))
    }

    @Test("scores of corpora are those of the libraries on this machine", .needsPyTorch)
    func live() async throws {
        try expectSame(await Python.fixture("metrics-text", by: "metrics.py"))
    }

    private func expectSame(_ cases: [Case]) throws {
        for example in cases {
            let whole = try example.make()
            try whole.update(example.translations, example.references)
            let score = try whole.compute()
            #expect(abs(score - example.expected) < 1e-6, "\(example): \(score)")
            let parts = try example.make()
            for (translation, references) in zip(example.translations, example.references) {
                let part = try example.make()
                try part.update([translation], [references])
                try parts.merge(part)
            }
            #expect(try parts.compute() == score)
        }
    }

    @Test("tokens may come as they are")
    func tokens() throws {
        let metric = BLEU(maxLength: 2)
        try metric.update(tokens: [["a b", "c"]], [[["a b", "c"]]])
        #expect(try metric.compute() == 1)
    }
}
