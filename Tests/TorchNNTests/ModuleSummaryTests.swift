import TestSupport
import Testing
import Torch
import TorchNN

@Suite(.standardGenerator)
struct ModuleSummaryTests {
    static func network() throws -> Sequential {
        try Sequential(Conv2d(1, 2, kernelSize: 3), BatchNorm2d(2), ReLU(), Flatten(), Linear(8, 3))
    }

    @Test("a summary has each layer's output shape, parameters and multiply-adds")
    func rowsAreRight() throws {
        let summary = try Self.network().summary(inputSize: [5, 1, 4, 4])
        #expect(summary.rows.map(\.name) == ["", "0", "1", "2", "3", "4"])
        #expect(summary.rows.map(\.type) == ["Sequential", "Conv2d", "BatchNorm2d", "ReLU", "Flatten", "Linear"])
        #expect(
            summary.rows.map(\.outputShape) == [[5, 3], [5, 2, 2, 2], [5, 2, 2, 2], [5, 2, 2, 2], [5, 8], [5, 3]])
        #expect(summary.rows.map(\.parameterCount) == [0, 20, 4, 0, 0, 27])
        // 5·2·2·2 outputs of 9 products, 5·3 of 8.
        #expect(summary.rows.map(\.multiplyAdds) == [0, 360, 0, 0, 0, 120])
        #expect(summary.parameterCount == 51 && summary.trainableParameterCount == 51)
        #expect(summary.multiplyAdds == 480)
    }

    @Test("a summary prints as a table")
    func tableIsAligned() throws {
        let summary = try Sequential(Linear(2, 3), ReLU()).summary(inputSize: [1, 2])
        #expect(
            summary.description == """
                Layer        Output shape  Parameters  Multiply-adds
                Sequential   [1, 3]                 0              0
                  0: Linear  [1, 3]                 9              6
                  1: ReLU    [1, 3]                 0              0
                Parameters: 9, of which 9 are trained
                Multiply-adds: 6
                """)
    }

    @Test("a summary changes neither modes nor statistics, and leaves no hook")
    func nothingChanges() throws {
        let network = try Self.network()
        let norm = try #require(network.layers[1] as? BatchNorm2d)
        norm.eval()
        _ = try network.summary(inputSize: [5, 1, 4, 4])
        #expect(network.isTraining && !norm.isTraining && network.layers[4].isTraining)
        #expect(try norm.numBatchesTracked?.item(Int.self) == 0)
        #expect(throws: TorchError.self) { try network.summary(inputSize: [5, 1, 9, 9]) }
        #expect(network.isTraining)
        #expect(throws: TorchError.self) { try network.summary(inputSize: [-1]) }
    }
}
