import TestSupport
import Testing

/// The list of torch.nn against what the tests make.
@Suite(.standardGenerator)
struct LayerNamesTests {
    /// Modules of torch.nn that are not here, or not by themselves.
    static let exceptions: [String: String] = [
        "Module": "the base of all",
        "Container": "deprecated since PyTorch 0.3",
        "CrossMapLRN2d": "the old form of LocalResponseNorm, written in Python",
        "DataParallel": "threads over devices; PyTorch recommends DistributedDataParallel",
        "NLLLoss2d": "deprecated for NLLLoss",
        "ParameterDict": "compared in ParameterListTests",
        "ParameterList": "compared in ParameterListTests",
        "RNNBase": "the base of RNN, LSTM and GRU",
        "RNNCellBase": "the base of the cells",
        "SyncBatchNorm": "needs process groups: it is in TorchDistributed",
        "AdaptiveLogSoftmaxWithLoss": "a layer and a loss in one: not written yet",
    ]

    @Test("every module of torch.nn is compared with PyTorch's, or has a reason not to be")
    func noneIsForgotten() throws {
        var covered: Set<String> = []
        for maker in LayerFamilyTests.families.flatMap(\.makers.values) {
            covered.insert(String(String(describing: type(of: try maker.make())).prefix { $0 != "<" }))
        }
        let names = try fixture("layer-names", as: [String].self)
        // A layer whose shapes the first input decides has no place where options are checked when it is made; losses
        // have tests of their own.
        let expected = names.filter { !$0.hasPrefix("Lazy") && !$0.hasSuffix("Loss") }
        let missing = expected.filter { !covered.contains($0) && Self.exceptions[$0] == nil }
        #expect(missing == [])
        #expect(Self.exceptions.keys.filter { covered.contains($0) || !names.contains($0) } == [])
    }
}
