import Foundation
import HeliosData
import TestSupport
import Testing

/// Tables, lists and pictures that data_files.py wrote with Python's own packages.
@Suite("files that Python wrote")
struct PythonFilesTests {
    @Test("texts and numbers in JSON lines are those of json, with escapes and without")
    func lines() throws {
        let expected = try DataFiles.read().lines
        let file = try JSONLinesFile(DataFiles.url("lines.jsonl"))
        #expect(file.count == 2)
        for index in 0..<file.count {
            let record = try file.record(at: index)
            guard case .array(let texts) = record["texts"], case .array(let integers) = record["integers"] else {
                Issue.record("there are no lists")
                return
            }
            #expect(texts.compactMap { $0.string.map { Array($0.utf8) } } == expected.texts.map { Array($0.utf8) })
            #expect(integers == expected.integers.map { .integer($0) })
            #expect(record["reals"]?.numbers?.map(\.bitPattern) == expected.reals.map(\.bitPattern))
            #expect(record["none"] == .null && record["yes"] == .boolean(true))
        }
    }

    @Test(
        "lists of files are those that csv and json wrote",
        arguments: ["list.csv", "list-unix.csv", "list.tsv", "list.jsonl"])
    func lists(name: String) throws {
        let expected = try DataFiles.read().paths
        let list = try Manifest(file: DataFiles.url(name))
        #expect(list.entries.map(\.path) == expected)
        #expect(list.entries.map(\.labels) == expected.indices.map { [.string("class \($0)")] })
    }

    @Test("numbers in quotes are those that csv wrote")
    func quoted() throws {
        let expected = try DataFiles.read().lines.reals
        let table = try NumericTable(csv: DataFiles.url("quoted.csv"), dtype: .float64)
        #expect(table.columns == ["a, \"b\"", "c\nd"])
        #expect(
            try table.values.array(Double.self).map(\.bitPattern) == expected.flatMap { [$0, -$0] }.map(\.bitPattern))
    }

    @Test("every pixel of CIFAR's files is in its place")
    func cifar() throws {
        let ten = try CIFAR10(folder: DataFiles.url("cifar10"), part: .test)
        let hundred = try CIFAR100(folder: DataFiles.url("cifar100"), part: .test)
        #expect(try ten.labels.array(Int.self) == [3, 9])
        #expect(try hundred.labels.array(Int.self) == [99, 1] && hundred.coarseLabels.array(Int.self) == [19, 0])
        var pixels: [Int] = []
        for index in 0..<2 {
            for plane in 0..<3 {
                for row in 0..<32 { pixels += (0..<32).map { (plane * 80 + row * 3 + $0 * 5 + index) % 256 } }
            }
        }
        #expect(try ten.images.array(Int.self) == pixels && hundred.images.array(Int.self) == pixels)
    }
}
