import Foundation
import TestSupport
import Testing

@testable import HeliosData

@Suite("TokenFile")
struct TokenFileTests {
    @Test(
        "what is written is read again, in every width",
        arguments: [
            (TokenSequence.Width.uint8, 255), (.uint16, 65535), (.uint32, 4_294_967_295),
        ])
    func widths(width: TokenSequence.Width, greatest: Int) throws {
        try withTemporaryFolder { (folder: URL) throws in
            let url = folder.appending(path: "a.bin")
            #expect(try TokenFile.write([[0, greatest], [], [7]], to: url, width: width) == 3)
            #expect(try TokenSequence(tokens: url, width: width).tokens(0..<3) == [0, greatest, 7])
            #expect(try Data(contentsOf: url).count == 3 * width.rawValue)
            #expect(throws: DataFileError.self) { try TokenFile.write([[1], [greatest + 1]], to: url, width: width) }
            // The old file is still there.
            #expect(try TokenSequence(tokens: url, width: width).count == 3)
        }
    }

    @Test(
        "the tokens of a text in parts are those of the whole text",
        arguments: [
            "gpt2", "roberta", "llama3", "o200k", "bert-uncased", "characters", "mixed",
        ])
    func texts(name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Fixtures/tokenizer-files")
        let tokenizer = try Tokenizer(folder.appending(path: "\(name).json").standardizedFileURL)
        // Lines that end in letters, in spaces, in several line feeds.
        let lines = try String(contentsOf: folder.appending(path: "corpus.txt"), encoding: .utf8)
        let short = (0..<200).map { "line \($0)\nWord\n" }.joined()
        let text = String(repeating: lines + short + "\n\n  a\nb \nc\n\nd\r\ne's\n7\n", count: 3)
        try withTemporaryFolder { folder in
            let (source, target) = (try write(text.utf8, to: "a.txt", in: folder), folder.appending(path: "a.bin"))
            let expected = try tokenizer.ids(text)
            #expect(try TokenFile.write(text: source, tokenizer: tokenizer, to: target) == expected.count)
            #expect(try TokenSequence(tokens: target).tokens(0..<expected.count) == expected)
            // Parts of a few lines each.
            var chunks = try TextChunks(source, partSize: name == "mixed" || name == "roberta" ? .max : 200)
            var (tokens, isFirst, count) = ([Int32](), true, 0)
            while let chunk = try chunks.next() {
                tokens += try tokenizer.tokens(chunk, isStart: isFirst)
                isFirst = false
                count += 1
            }
            #expect(tokens.map { Int($0) } == expected)
            #expect(count > 3 || name == "mixed" || name == "roberta")
        }
    }

    @Test("a text that is not UTF-8 is an error, and leaves no file")
    func errors() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../Fixtures/tokenizer-files")
        let tokenizer = try Tokenizer(folder.appending(path: "gpt2.json").standardizedFileURL)
        try withTemporaryFolder { folder in
            let source = try write([0x61, 0xFF], to: "a.txt", in: folder)
            let target = folder.appending(path: "a.bin")
            let error = dataError { try TokenFile.write(text: source, tokenizer: tokenizer, to: target) }
            #expect(error?.path.hasSuffix("a.txt") == true && error?.reason.contains("UTF-8") == true)
            #expect(folder.filesBelow == ["a.txt"])
        }
    }
}
