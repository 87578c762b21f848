import Foundation
import TestSupport
import Testing
import Torch
import TorchNN

@testable import HeliosONNX

/// Every case of the layers' fixtures, as ONNX.
@Suite(.standardGenerator)
struct LayerExportTests {
    /// The cases that ONNX has no counterpart for, by family and name, with the operation that is refused. docs/onnx.md
    /// says why.
    static func refusals() throws -> [String: String] {
        let text = try String(contentsOf: page, encoding: .utf8)
        let list = try #require(text.range(of: "\nThese cases cannot be exported:"))
        let rows = text[list.upperBound...].split(separator: "\n").filter { $0.hasPrefix("| `") }
        return Dictionary(
            uniqueKeysWithValues: rows.compactMap { row in
                let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: [" ", "`"]) }
                return cells.count >= 2 ? (cells[0], cells[1]) : nil
            })
    }

    static let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/onnx.md")

    /// Exports one case to a folder, or returns why not.
    private func export(_ family: LayerFamily, _ name: String, to folder: URL) throws -> ONNXExportError? {
        let maker = try #require(family.makers[name])
        let inputs = try #require(try family.recorded[name]).inputs.map { try $0.tensor }
        try manualSeed(11)
        let module = try maker.make()
        do {
            let exported = try ExportedNetwork(module, inputs, ONNXExportOptions()) { try maker.call(module, $0) }
            try exported.write(forComparisonIn: folder, rtol: 1e-4, atol: 1e-4)
            return nil
        } catch let error as ONNXExportError {
            return error
        }
    }

    @Test("every layer is computed by onnxruntime as here, or refused as docs/onnx.md says", .needsONNX)
    func layersAreExported() async throws {
        try await withTemporaryFolder { folder in try await exportAll(to: folder) }
    }

    private func exportAll(to folder: URL) async throws {
        var (names, refused) = ([String](), [String: String]())
        var counts: [String: (exported: Int, refused: Int)] = [:]
        for family in LayerFamilyTests.families {
            for name in family.makers.keys.sorted() {
                let place = folder.appending(path: String(format: "%04d", names.count))
                if let error = try export(family, name, to: place) {
                    refused["\(family.name): \(name)"] = error.operation
                    counts[family.name, default: (0, 0)].refused += 1
                    if try Self.refusals()["\(family.name): \(name)"] == nil {
                        Issue.record("\(family.name): \(name): \(error)")
                    }
                } else {
                    names.append("\(family.name): \(name)")
                    counts[family.name, default: (0, 0)].exported += 1
                }
            }
        }
        #expect(try refused == Self.refusals())
        let text = try String(contentsOf: Self.page, encoding: .utf8)
        for (family, count) in counts {
            let row = "| \(family) | \(count.exported) | \(count.refused) |"
            #expect(text.contains(row), "docs/onnx.md lacks \(row)")
        }
        for (name, error) in zip(names, try await Python.onnxErrors(in: folder)) {
            if let error { Issue.record("\(name): \(error)") }
        }
    }
}
