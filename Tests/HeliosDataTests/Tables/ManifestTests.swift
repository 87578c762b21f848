import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("Manifest")
struct ManifestTests {
    @Test("a table and JSON lines give the same entries")
    func entries() throws {
        try withTemporaryFolder { folder in
            let table = try write(
                "label,path,age\ncat,a/1.jpg,3\n\"7\",/b.jpg,2.5\nnan,\"c, d.jpg\",x\n".utf8, to: "m.csv", in: folder)
            let lines = try write(
                """
                {"path": "a/1.jpg", "label": "cat", "age": 3}
                {"path": "/b.jpg", "label": "7", "age": 2.5}
                {"path": "c, d.jpg", "label": "nan", "age": "x"}
                """.utf8, to: "m.jsonl", in: folder)
            let first = try Manifest(file: table, labels: ["label", "age"])
            #expect(try Manifest(file: lines, labels: ["label", "age"]).entries == first.entries)
            #expect(first.entries.map(\.path) == ["a/1.jpg", "/b.jpg", "c, d.jpg"])
            #expect(first.entries[0].url.path == folder.appending(path: "a/1.jpg").path)
            #expect(first.entries[1].url.path == "/b.jpg")
            #expect(
                first.entries.map(\.labels) == [
                    [.string("cat"), .integer(3)], [.string("7"), .real(2.5)], [.string("nan"), .string("x")],
                ])
            #expect(try first.classes() == ["7", "cat", "nan"])
            #expect(dataError { _ = try first.classes(label: 1) }?.reason.contains("a/1.jpg") == true)
        }
    }

    @Test("tabulators, and other names of columns")
    func tabs() throws {
        try withTemporaryFolder { folder in
            let url = try write("file\tx\na\t1\n".utf8, to: "m.tsv", in: folder)
            #expect(try Manifest(file: url, path: "file", labels: ["x"]).entries[0].labels == [.integer(1)])
            #expect(try Manifest(file: url, path: "file", labels: []).entries[0].labels.isEmpty)
        }
    }

    @Test("what is missing is an error with its line")
    func errors() throws {
        try withTemporaryFolder { (folder: URL) throws in
            func error(_ text: String, _ name: String) throws -> DataFileError? {
                let url = try write(text.utf8, to: name, in: folder)
                return dataError { _ = try Manifest(file: url) }
            }
            #expect(try error("path,label\na,b\n,c\n", "m.csv")?.place == .line(3, column: 1))
            #expect(try error("path,label\na\n", "m.csv")?.place == .line(2, column: 1))
            #expect(try error("path\na\n", "m.csv")?.reason.contains("no column 'label'") == true)
            #expect(
                try error("{\"path\": \"a\", \"label\": 1}\n\n{\"label\": 1}", "m.jsonl")?.place == .line(3, column: 1))
            #expect(try error("{\"path\": \"a\"}", "m.jsonl")?.reason.contains("no field 'label'") == true)
            #expect(try error("", "m.txt")?.kind == .unsupported)
            #expect(dataError { _ = try Manifest(file: folder.appending(path: "no.csv")) }?.kind == .access)
        }
    }
}
