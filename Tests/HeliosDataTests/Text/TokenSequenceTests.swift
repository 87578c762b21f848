import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("TokenSequence")
struct TokenSequenceTests {
    @Test("files of every width, bytes and numbers in memory")
    func widths() throws {
        try withTemporaryFolder { folder in
            let url = try write([1, 2, 3, 0xFF, 0, 0, 0, 0x80], to: "a.bin", in: folder)
            #expect(try TokenSequence(tokens: url).tokens(0..<4) == [0x201, 0xFF03, 0, 0x8000])
            #expect(try TokenSequence(tokens: url, width: .uint32).tokens(0..<2) == [0xFF03_0201, 0x8000_0000])
            #expect(try TokenSequence(bytesOf: url).tokens(2..<5) == [3, 255, 0])
            #expect(throws: DataError.self) { try TokenSequence(bytesOf: url).tokens(5..<9) }
            let odd = try write([1, 2, 3], to: "b.bin", in: folder)
            #expect(dataError { _ = try TokenSequence(tokens: odd) }?.reason.contains("width") == true)
            #expect(try TokenSequence(tokens: write([], to: "c.bin", in: folder)).count == 0)
        }
        for numbers in [[], [0, 255], [1, 256, 65535], [65536, 0, Int(UInt32.max)]] {
            let tokens = try TokenSequence(numbers)
            #expect(try tokens.tokens(0..<numbers.count) == numbers)
        }
        #expect(throws: DataError.self) { try TokenSequence([-1]) }
        #expect(throws: DataError.self) { try TokenSequence([1 << 32]) }
    }

    @Test("characters have the numbers of Python's sorted(set(text))")
    func characters() throws {
        let text = "Größe\r\ne\u{301}"
        let vocabulary = CharacterVocabulary(of: text)
        #expect(vocabulary.characters == ["\n", "\r", "G", "e", "r", "ß", "ö", "\u{301}"])
        #expect(try vocabulary.encode("er\n") == [3, 4, 0])
        #expect(try vocabulary.decode(vocabulary.encode(text)).unicodeScalars.elementsEqual(text.unicodeScalars))
        #expect(throws: DataError.self) { try vocabulary.encode("x") }
        #expect(throws: DataError.self) { try vocabulary.decode([8]) }
        #expect(try TokenSequence(text, vocabulary: vocabulary).count == 9)
    }
}
