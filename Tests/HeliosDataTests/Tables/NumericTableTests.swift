import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("NumericTable")
struct NumericTableTests {
    private func table(
        _ text: String, columns: [CSVColumn]? = nil, format: CSVFormat = CSVFormat(), dtype: DType = .float64
    ) throws -> NumericTable {
        try withTemporaryFolder { folder in
            try NumericTable(
                csv: write(text.utf8, to: "t.csv", in: folder), columns: columns, format: format, dtype: dtype)
        }
    }

    private func error(
        _ text: String, columns: [CSVColumn]? = nil, format: CSVFormat = CSVFormat(), dtype: DType = .float64
    ) -> DataFileError? {
        dataError { _ = try table(text, columns: columns, format: format, dtype: dtype) }
    }

    @Test("numbers, names and chosen columns")
    func columns() throws {
        let text = "a,b,\"c \"\"x\"\"\"\r\n1,2.5,-3\r\n \"4\" ,5,6e1\r\n"
        #expect(error(text)?.place == .line(3, column: 2))
        let good = "\u{FEFF}a,b,\"c \"\"x\"\"\"\r\n1,2.5,-3\r\n\"4\",\t5 ,6e1\r\n\r\n\n"
        let whole = try table(good)
        #expect(whole.columns == ["a", "b", "c \"x\""])
        #expect(whole.values.shape == [2, 3])
        #expect(try whole.values.array(Double.self) == [1, 2.5, -3, 4, 5, 60])
        let part = try table(good, columns: ["c \"x\"", 0, -2])
        #expect(part.columns == ["c \"x\"", "a", "b"])
        #expect(try part.values.array(Double.self) == [-3, 1, 2.5, 60, 4, 5])
        #expect(
            try table("1;2\n3;4", format: CSVFormat(delimiter: ";", hasHeader: false), dtype: .int64).values.array(
                Int.self) == [1, 2, 3, 4])
        #expect(try table("a\n1.5").values.array(Double.self) == [1.5])
        // A mark after a doubled quote makes one character with it, and is still one quote.
        #expect(try table("\"a\"\"\u{301}\"\n1").columns == ["a\"\u{301}"])
    }

    @Test("a bad cell is an error with its line and column, and what it holds")
    func badCells() {
        let bad = error("a,naïve,c\n1,2,3\n4,ünf,6\n")
        #expect(bad?.place == .line(3, column: 3))
        #expect(
            bad?.description.contains(
                "t.csv:3:3: the cell in column 'naïve' holds 'ünf', which is no number") == true)
        #expect(error("a\n1e39\n", dtype: .float32)?.place == .line(2, column: 1))
        #expect(error("a\n1e39\n", dtype: .float64) == nil)
        #expect(error("a\n1\n2.5\n", dtype: .int64)?.reason.contains("no integer") == true)
        #expect(error("a,b\n\"x\n\",1\n")?.place == .line(2, column: 2))
        #expect(error("a,b\nü,\n", columns: ["b"])?.place == .line(2, column: 3))
        #expect(error("a,b\n1,\n")?.reason.contains("empty") == true)
    }

    @Test("an empty cell is the number that the format gives it")
    func emptyCells() throws {
        let format = CSVFormat(emptyCell: -1)
        #expect(try table("a,b\n1,\n,2\n", format: format).values.array(Double.self) == [1, -1, -1, 2])
        #expect(try table("a,b\n1,\n,2\n", format: format, dtype: .int64).values.array(Int.self) == [1, -1, -1, 2])
        let half = error("a,b\n1,\n", format: CSVFormat(emptyCell: 0.5), dtype: .int64)
        #expect(half?.reason.contains("'emptyCell' of the format is 0.5, which is no integer") == true)
    }

    @Test("what has two readings is an error with its place")
    func strictness() {
        #expect(error("a,b\n1\n")?.place == .line(2, column: 1))
        #expect(error("a,b\n1,2,3\n")?.reason.contains("3 cells, and 2") == true)
        #expect(error("a,b\n1,2\n\n3,4\n")?.description.contains(":3:1: the line is empty") == true)
        #expect(error("a,b\n1,2\"\n")?.place == .line(2, column: 4))
        #expect(error("a,b\n1,\"2\"3\n")?.place == .line(2, column: 6))
        #expect(error("a,b\n1,\"2\n")?.place == .line(2, column: 3))
        #expect(error("a,b\r1,2\r")?.place == .line(1, column: 4))
        #expect(error("")?.reason.contains("empty") == true)
        #expect(error("a,b\n")?.reason.contains("no rows") == true)
        #expect(error("a,a\n1,2\n", columns: ["a"])?.reason.contains("2 columns 'a'") == true)
        #expect(error("a,b\n1,2\n", columns: ["c"])?.reason.contains("its columns are 'a', 'b'") == true)
        #expect(error("a,b\n1,2\n", columns: [2]) != nil)
        #expect(throws: DataError.self) { try table("a\n1", format: CSVFormat(delimiter: "\"")) }
        #expect(throws: DataError.self) { try table("a\n1", dtype: .int32) }
    }

    @Test("inputs and targets of a table")
    func datasets() throws {
        try withTemporaryFolder { folder in
            let url = try write("x,y,class\n1,2,0\n3,4,1\n".utf8, to: "t.csv", in: folder)
            let data = try TensorDataset(csv: url, target: "class", targetType: .int64)
            #expect(try data.inputs.array(Float.self) == [1, 2, 3, 4] && data.inputs.shape == [2, 2])
            #expect(data.targets.dtype == .int64 && data.targets.shape == [2])
            let several = try TensorDataset(csv: url, inputs: ["y"], targets: ["x", "class"])
            #expect(several.inputs.shape == [2, 1] && several.targets.shape == [2, 2])
            #expect(try several.targets.array(Float.self) == [1, 0, 3, 1])
        }
    }
}
