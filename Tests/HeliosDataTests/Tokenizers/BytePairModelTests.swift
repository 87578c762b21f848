import TestSupport
import Testing

@testable import HeliosData

@Suite("BytePairModel")
struct BytePairModelTests {
    @Test("long words are merged as short ones are")
    func longWords() throws {
        var vocabulary: [(token: String, id: Int32)] = ["a", "b", "c", "d"].enumerated().map { ($1, Int32($0)) }
        var merges: [(left: String, right: String)] = []
        var random = SampleRandom(seed: 5, epoch: 0, index: 0)
        while merges.count < 60 {
            let left = try #require(vocabulary.randomElement(using: &random)).token
            let right = try #require(vocabulary.randomElement(using: &random)).token
            guard left.count + right.count < 12, !vocabulary.contains(where: { $0.token == left + right }) else {
                continue
            }
            vocabulary.append((left + right, Int32(vocabulary.count)))
            merges.append((left, right))
        }
        let model = try BytePairModel(vocabulary: vocabulary, merges: merges, isByteLevel: false, .init())
        for length in [1, 2, 3, 10, 64, 65, 500] {
            let symbols = (0..<length).map { _ in Int32.random(in: 0..<4, using: &random) }
            var (short, long) = (symbols, symbols)
            model.mergeShort(&short)
            model.mergeLong(&long)
            #expect(short == long, "\(length)")
        }
    }
}
