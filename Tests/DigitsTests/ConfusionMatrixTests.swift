import Helios
import Testing

@testable import Digits

@Suite struct ConfusionMatrixTests {
    @Test("predictions are counted by the right class and the predicted one")
    func counting() throws {
        var matrix = ConfusionMatrix(classes: 3)
        try matrix.add(
            Tensor([[2, 1, 0], [0, 1, 2], [0, 3, 1], [5, 1, 0]], dtype: .float32), Tensor([0, 2, 2, 0]))
        #expect(matrix.counts == [[2, 0, 0], [0, 0, 0], [0, 1, 1]])
        #expect(matrix.accuracy == 0.75)
        #expect(
            matrix.description == """
                       0   1   2
                0      2   .   .
                1      .   .   .
                2      .   1   1
                """)
        matrix.removeAll()
        #expect(matrix.accuracy == 0)
    }

    @Test("a class that is not among them is an error")
    func otherClass() throws {
        var matrix = ConfusionMatrix(classes: 2)
        #expect(throws: DataError.self) { try matrix.add(Tensor([[1, 0]], dtype: .float32), Tensor([2])) }
    }
}
