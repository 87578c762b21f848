import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("TokenizerFile")
struct TokenizerFileTests {
    private static let model = #""model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}"#

    private func tokenizer(_ text: String) throws -> Tokenizer {
        try withTemporaryFolder { folder in try Tokenizer(write(text.utf8, to: "tokenizer.json", in: folder)) }
    }

    @Test("older files, with merges as texts and without the type of the model, are read")
    func older() throws {
        #expect(try tokenizer("{\(TokenizerFileTests.model)}").ids("abba") == [2, 1, 0])
        #expect(try tokenizer(#"{"model": {"vocab": {"a": 0, "ab": 1}, "merges": []}}"#).ids("aab") == [0, 0])
        let pieces =
            ###"{"model": {"vocab": {"a": 0, "##b": 1, "?": 2}, "unk_token": "?", "max_input_chars_per_word": 5}}"###
        #expect(try tokenizer(pieces).ids("abb") == [0, 1, 1])
        #expect(try tokenizer(pieces).ids("abbbbb") == [2])
    }

    @Test("tokens that look alike are told apart by their bytes")
    func canonicalForms() throws {
        let text =
            #"{"model": {"vocab": {"\u00e9": 0, "e\u0301": 1, "e": 2, "\u0301": 3}, "merges": [["e", "\u0301"]]}}"#
        let tokenizer = try tokenizer(text)
        #expect(try tokenizer.ids("\u{e9}e\u{301}") == [0, 1])
        #expect(tokenizer.id(of: "e\u{301}") == 1)
    }

    @Test(
        "what is not supported is an error that names it",
        arguments: [
            (#""normalizer": {"type": "Precompiled", "precompiled_charsmap": ""}"#, "normalizer is 'Precompiled'"),
            (#""pre_tokenizer": {"type": "Metaspace"}"#, "pre_tokenizer is 'Metaspace'"),
            (#""post_processor": {"type": "Other"}"#, "post_processor is 'Other'"),
            (#""decoder": {"type": "CTC"}"#, "decoder is 'CTC'"),
            (
                #""pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(?<=a)b"}, "behavior": "Isolated"}"#,
                "(?<=a)b"
            ),
            (#""pre_tokenizer": {"type": "Split", "pattern": {"Regex": "a"}, "behavior": "Other"}"#, "'Other'"),
            (
                #""pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "ByteLevel", "add_prefix_space": false}, {"type": "Digits"}]}"#,
                "'ByteLevel' before other steps"
            ),
        ])
    func unsupported(part: String, name: String) {
        let error = dataError { _ = try tokenizer("{\(part), \(TokenizerFileTests.model)}") }
        #expect(error?.kind == .unsupported)
        #expect(error?.reason.contains(name) == true, "\(error?.reason ?? "no error")")
    }

    @Test(
        "models that are not supported are errors that name them",
        arguments: [
            (#"{"type": "Unigram", "vocab": [["a", 0.5]]}"#, "'Unigram'"),
            (#"{"type": "WordLevel", "vocab": {}}"#, "'WordLevel'"),
            (#"{"type": "BPE", "vocab": {}, "merges": [], "byte_fallback": true}"#, "byte_fallback"),
            (#"{"type": "BPE", "vocab": {}, "merges": [], "dropout": 0.1}"#, "dropout"),
        ])
    func unsupportedModels(model: String, name: String) {
        let error = dataError { _ = try tokenizer("{\"model\": \(model)}") }
        #expect(error?.kind == .unsupported && error?.reason.contains(name) == true, "\(error?.reason ?? "no error")")
    }

    @Test(
        "damaged files are errors",
        arguments: [
            "", "[]", "{}", "{\"model\": 1}", #"{"model": {"type": "BPE", "vocab": {"a": -1}, "merges": []}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 0, "b": 0}, "merges": []}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a"]}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "unk_token": "x"}}"#,
            #"{"model": {"type": "WordPiece", "vocab": {"a": 0}, "unk_token": "x"}}"#,
            #"{"added_tokens": [{"id": 0}], "model": {"type": "BPE", "vocab": {}, "merges": []}}"#,
            #"{"added_tokens": [{"id": 0, "content": "a"}, {"id": 1, "content": "a"}], "model": {"type": "BPE", "vocab": {}, "merges": []}}"#,
            #"{"model": {"type": "BPE", "vocab": {"a": 4294967296}, "merges": []}}"#,
        ])
    func damaged(text: String) {
        #expect(dataError { _ = try tokenizer(text) } != nil)
    }

    @Test("an error of the JSON has its line and column")
    func place() {
        #expect(dataError { _ = try tokenizer("{\n  \"é\": x}") }?.place == .line(2, column: 8))
    }
}
