import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("Tokenizer")
struct TokenizerTests {
    /// What the package makes of texts.
    private struct Case: Decodable, Sendable {
        let text: String
        let pair: String?
        let plain: [Int]?
        let ids: [Int]
        let types: [Int]
        let mask: [Int]
        let special: [Int]
        let decoded: String
        let decodedWithSpecial: String
    }

    private struct File: Decodable, Sendable {
        let name: String
        let size: Int
        let cases: [Case]
        let pairs: [Case]
        let batch: [[Int]]
    }

    private struct RandomCase: Decodable {
        let name: String
        let text: String
        let ids: [Int]
        let decoded: String
    }

    private static let files = Result { try fixture("tokenizer-files", as: [File].self) }

    private static func tokenizer(_ name: String) throws -> Tokenizer {
        try Tokenizer(
            URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "../../Fixtures/tokenizer-files/\(name).json").standardizedFileURL)
    }

    /// The same characters, not only such that look alike.
    private func same(_ first: String, _ second: String) -> Bool {
        first.unicodeScalars.elementsEqual(second.unicodeScalars)
    }

    static let names = ["gpt2", "roberta", "llama3", "o200k", "bert-uncased", "bert-cased", "characters", "mixed"]

    @Test("tokens, templates, cuts and texts are the package's", arguments: names)
    func fixtures(name: String) throws {
        let file = try #require(try TokenizerTests.files.get().first { $0.name == name })
        let tokenizer = try TokenizerTests.tokenizer(name)
        #expect(tokenizer.vocabularySize == file.size)
        for known in file.cases + file.pairs {
            let encoding = try tokenizer.encode(known.text, pair: known.pair)
            #expect(encoding.ids == known.ids, "\(known.text.debugDescription)")
            #expect(encoding.typeIDs == known.types && encoding.attentionMask == known.mask, "\(known.text)")
            #expect(encoding.specialTokensMask == known.special, "\(known.text)")
            #expect(try same(tokenizer.decode(known.ids), known.decoded), "\(known.text)")
            #expect(try same(tokenizer.decode(known.ids, skipSpecialTokens: false), known.decodedWithSpecial))
            if let plain = known.plain {
                #expect(try tokenizer.encode(known.text, addSpecialTokens: false).ids == plain, "\(known.text)")
            }
        }
        #expect(try tokenizer.encode(batch: file.cases[2..<6].map(\.text)).map(\.ids) == file.batch)
    }

    @Test("tokens of random texts are those that the package makes now", .enabled(if: Python.hasTokenizers))
    func live() async throws {
        let seed = ProcessInfo.processInfo.environment["HELIOS_SEED"] ?? "7"
        let count = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] == nil ? "300" : "10000"
        let output = try await Python.runAlone("tokenizer_files.py", ["--strings", seed, count])
        var tokenizers: [String: Tokenizer] = [:]
        for line in output.split(separator: UInt8(ascii: "\n")) {
            let known = try JSONDecoder().decode(RandomCase.self, from: line)
            var tokenizer = try tokenizers[known.name] ?? TokenizerTests.tokenizer(known.name)
            (tokenizer.truncation, tokenizer.padding) = (nil, nil)
            tokenizers[known.name] = tokenizer
            #expect(try tokenizer.encode(known.text).ids == known.ids, "\(known.name) \(known.text.debugDescription)")
            #expect(
                try same(tokenizer.decode(known.ids), known.decoded), "\(known.name) \(known.text.debugDescription)")
        }
        #expect(tokenizers.count == TokenizerTests.names.count)
    }

    @Test("spellings and numbers of tokens")
    func tokens() throws {
        let tokenizer = try TokenizerTests.tokenizer("bert-uncased")
        let id = try #require(tokenizer.id(of: "[MASK]"))
        #expect(tokenizer.token(id) == "[MASK]")
        #expect(
            tokenizer.id(of: "no such token") == nil && tokenizer.token(-1) == nil && tokenizer.token(1 << 40) == nil)
        #expect(throws: DataError.self) { try tokenizer.decode([100_000]) }
    }

    @Test("many threads at a time get the same tokens")
    func threads() throws {
        let tokenizer = try TokenizerTests.tokenizer("gpt2")
        let text = String(repeating: "Several threads, one tokenizer: äöü 123. ", count: 20)
        let expected = try tokenizer.ids(text)
        let results = ResultList()
        DispatchQueue.concurrentPerform(iterations: 16) { _ in results.add((try? tokenizer.ids(text)) ?? []) }
        #expect(results.all.allSatisfy { $0 == expected } && results.all.count == 16)
    }

    private final class ResultList: @unchecked Sendable {
        private let lock = NSLock()
        private var lists: [[Int]] = []
        var all: [[Int]] { lock.withLock { lists } }
        func add(_ list: [Int]) { lock.withLock { lists.append(list) } }
    }
}
