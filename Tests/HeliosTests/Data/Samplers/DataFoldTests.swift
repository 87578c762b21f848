import Helios
import TestSupport
import Testing

/// Folds beside those of scikit-learn.
@Suite struct FoldTests {
    struct Recorded: Decodable {
        struct Folds: Decodable {
            let count: Int
            let labels: [Int]
            let groups: [Int]
            let plain: [[RecordedFold]]
            let stratified: [[RecordedFold]]
            let grouped: [[RecordedFold]]
        }
        struct RecordedFold: Decodable {
            let train: [Int]
            let valid: [Int]
        }
        let folds: Folds
    }

    private let recorded: Recorded.Folds

    init() throws { recorded = try fixture("samplers", as: Recorded.self).folds }

    @Test("without a seed they are scikit-learn's")
    func likeScikitLearn() throws {
        for folds in recorded.plain {
            expectSame(try DataFold.split(count: recorded.count, into: folds.count), folds)
        }
        for folds in recorded.stratified {
            expectSame(try DataFold.stratified(by: recorded.labels, into: folds.count), folds)
        }
        for folds in recorded.grouped {
            expectSame(try DataFold.grouped(by: recorded.groups, into: folds.count), folds)
        }
    }

    @Test("with a seed they are others, the same for the same seed, and keep what they promise")
    func shuffled() throws {
        let plain = try DataFold.split(count: 23, into: 4, seed: 1)
        #expect(try plain == DataFold.split(count: 23, into: 4, seed: 1))
        #expect(try plain != DataFold.split(count: 23, into: 4, seed: 2) && plain != DataFold.split(count: 23, into: 4))
        #expect(plain.map(\.valid.count) == [6, 6, 6, 5])
        let stratified = try DataFold.stratified(by: recorded.labels, into: 2, seed: 1)
        for (fold, other) in zip(stratified, recorded.stratified[0]) {
            let classes = [fold.valid, other.valid].map { $0.map { recorded.labels[$0] }.sorted() }
            #expect(classes[0] == classes[1])
        }
        let grouped = try DataFold.grouped(by: recorded.groups, into: 3, seed: 1)
        for fold in grouped {
            let groups = [fold.train, fold.valid].map { Set($0.map { recorded.groups[$0] }) }
            #expect(groups[0].isDisjoint(with: groups[1]))
        }
        for folds in [plain, stratified, grouped] {
            let count = folds[0].train.count + folds[0].valid.count
            #expect(folds.flatMap(\.valid).sorted() == Array(0..<count))
        }
    }

    @Test("fewer folds than two, and more than there is to split, are errors")
    func errors() {
        #expect(throws: DataError.self) { try DataFold.split(count: 5, into: 1) }
        #expect(throws: DataError.self) { try DataFold.split(count: 5, into: 6) }
        #expect(throws: DataError.self) { try DataFold.stratified(by: [1, 1, 2], into: 3) }
        #expect(throws: DataError.self) { try DataFold.grouped(by: [1, 1, 2], into: 3) }
        #expect(throws: DataError.self) { try DataFold.grouped(by: [], into: 2) }
    }

    private func expectSame(_ folds: [DataFold], _ recorded: [Recorded.RecordedFold]) {
        #expect(folds.map(\.train) == recorded.map(\.train))
        #expect(folds.map(\.valid) == recorded.map(\.valid))
    }
}
