import TestSupport
import Testing

@testable import Helios

@Suite struct OptionNameTests {
    @Test(
        "PyTorch's spelling and Swift's are one option",
        arguments: [
            ("lr", "learningRate"), ("weight_decay", "weightDecay"), ("lr_decay", "lrDecay"),
            ("base_lr", "baseLearningRate"), ("swa_lr", "swaLearningRate"), ("T_max", "tMax"), ("T_0", "t0"),
            ("lambd", "lambda"), ("max_iter", "maxIterations"), ("max_eval", "maxEvaluations"),
            ("tolerance_grad", "toleranceGradient"), ("line_search_fn", "lineSearch"), ("scale_fn", "scale"),
            ("init", "initial"), ("inplace", "inPlace"), ("keepdim", "keepDim"), ("add_bias_kv", "addBiasKV"),
            ("scale_grad_by_freq", "scaleGradByFreq"), ("in1_features", "in1Features"), ("t0", "t0"),
        ])
    func spellings(pyTorch: String, swift: String) {
        #expect(OptionName.key(pyTorch) == OptionName.key(swift))
    }

    @Test("other names are other options", .standardGenerator)
    func otherNames() throws {
        for (_, table) in try RegistryTable.all() {
            for (name, options) in table {
                #expect(Set(options.map { OptionName.key($0.name) }).count == options.count, "\(name)")
            }
        }
    }

    @Test("odd names are names too", arguments: ["", "_", "__", "A", "ABC_", "é", "a b"])
    func oddNames(name: String) {
        #expect(OptionName.key(name) == OptionName.key(name + "_"))
    }
}
