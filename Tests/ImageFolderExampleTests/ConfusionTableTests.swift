import Helios
import Testing

@testable import ImageFolderExample

struct ConfusionTableTests {
    @Test("a table has a row for each class, and dots for zeros")
    func table() throws {
        let table = try ConfusionTable(Tensor([[12, 0], [1, 3]], dtype: .int64), classes: ["cat", "dog"])
        #expect(
            table.description == """
                confusion matrix (rows: the class, columns: what it was taken for)
                        0   1
                0 cat  12   .
                1 dog   1   3
                """)
    }

    @Test("of many classes, the most frequent mistakes are told")
    func mistakes() throws {
        let counts = try Tensor.eye(21, dtype: .int64)
        _ = try counts[3, 4].fill_(2)
        _ = try counts[5, 0].fill_(7)
        let table = try ConfusionTable(counts, classes: (0..<21).map { "c\($0)" })
        #expect(
            table.description == """
                the most frequent mistakes:
                  7 of c5 taken for c0
                  2 of c3 taken for c4
                """)
    }
}
