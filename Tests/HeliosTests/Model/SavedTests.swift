import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct SavedTests {
    private final class Holder: Model<Int> {
        @Saved var hidden: LSTM.State?
        @Saved var best = 0.5
        @Saved var count = 3
        @Saved var isDone = false
        @Saved var note: String?
        @Saved var history: [Double] = []
        @Saved var states: [Tensor] = []
        @Saved var places: [Tensor?] = []
        @Saved var scores: [String: Double] = [:]
        @Saved var means: [Int: Tensor] = [:]
        @Saved var mixed: (Tensor, Int, String)?
        @Saved var layers: [(hidden: Tensor, cell: Tensor)] = []

        init() { super.init(saveName: "holder") }
    }

    @Test("every documented type is restored, also into a property that was nil or empty")
    func roundTrip() throws {
        let source = Holder()
        let (one, two) = (try Tensor.randn([2, 3]), try Tensor.randn([4]))
        source.hidden = (one, two)
        source.best = 0.875
        source.count = 9
        source.isDone = true
        source.note = "x"
        source.history = [1, 0.1]
        source.states = [one, two]
        source.places = [nil, two]
        source.scores = ["a": 0.25]
        source.means = [7: one, 2: two]
        source.mixed = (two, 5, "five")
        source.layers = [(one, two), (two, one)]
        let target = Holder()
        target.history = [3]
        try target.loadStateDict(source.stateDict(), fastInit: false)
        let hidden = try #require(target.hidden)
        try expectSameBits(hidden.hidden, one)
        try expectSameBits(hidden.cell, two)
        #expect(target.best == 0.875 && target.count == 9 && target.isDone && target.note == "x")
        #expect(target.history == [1, 0.1] && target.scores == ["a": 0.25])
        #expect(target.states.count == 2 && target.places.count == 2 && target.means.keys.sorted() == [2, 7])
        try expectSameBits(target.states[1], two)
        #expect(target.places[0] == nil)
        try expectSameBits(#require(target.places[1]), two)
        try expectSameBits(#require(target.means[7]), one)
        let mixed = try #require(target.mixed)
        #expect(mixed.1 == 5 && mixed.2 == "five")
        try expectSameBits(target.layers[1].cell, one)

        // A copy: another model's values are its own.
        try source.states[0].zero_()
        try expectSameBits(target.layers[0].hidden, target.states[0])
        #expect(try target.states[0].abs().sum().item(Double.self) > 0)

        try target.loadStateDict(Holder().stateDict(), fastInit: false)
        #expect(target.hidden == nil && target.note == nil && target.states.isEmpty && target.mixed == nil)
    }

    @Test("a tensor is restored without a recorded gradient")
    func gradients() throws {
        let source = Holder()
        source.states = [try Tensor.ones([2]).requiresGrad_() * 2]
        let state = try source.stateDict()
        let target = Holder()
        try target.loadStateDict(state, fastInit: false)
        #expect(!target.states[0].requiresGrad && target.states[0].isLeaf)
        #expect(try target.states[0].array(Float.self) == [2, 2])
    }

    @Test("a type that a checkpoint cannot hold, and a state of another type, are errors that name the property")
    func misfits() throws {
        struct Point { let x = 1 }
        final class Wrong: Model<Int> {
            @Saved var point = Point()
            init() { super.init(saveName: "wrong") }
        }
        let error = #expect(throws: StateDictError.self) { try Wrong().stateDict() }
        #expect(error?.description.contains("'point'") == true && error?.description.contains("Point") == true)
        var state = try Holder().stateDict()
        state["best"] = "much"
        let other = #expect(throws: StateDictError.self) { try Holder().loadStateDict(state, fastInit: false) }
        #expect(other?.description.contains("'best'") == true && other?.description.contains("Double") == true)
    }

    // MARK: Tensors in plain properties

    private final class Plain: Model<Int> {
        var hidden: LSTM.State!
        var window: [Tensor] = []
        var table: [String: Tensor] = [:]
        var scale: Tensor
        var absent: Tensor?
        @Unsaved var picture: Tensor?

        init(_ value: Double) throws {
            scale = try Tensor.full([2], value)
            super.init(saveName: "plain")
            hidden = (try Tensor.full([2], value), try Tensor.full([3], value))
            window = [scale, try Tensor.full([], value)]
            table = ["a": try Tensor.full([1], value)]
            picture = scale
        }
    }

    @Test("tensors in plain properties are saved, and restored in place, whatever their shapes")
    func plainTensors() throws {
        let (source, target) = (try Plain(3), try Plain(0))
        source.hidden.cell = try Tensor.full([5, 2], 4, dtype: .float64)
        let state = try source.stateDict()
        #expect(state.names == ["hidden", "window", "table", "scale"])
        let scale = target.scale
        try target.loadStateDict(state, fastInit: false)
        #expect(target.scale.isSame(as: scale))
        #expect(try scale.array(Float.self) == [3, 3] && target.window[0].array(Float.self) == [3, 3])
        try expectSameBits(target.hidden.cell, source.hidden.cell)
        #expect(try target.table["a"]?.array(Float.self) == [3])
        #expect(try target.picture?.array(Float.self) == [3, 3], "it is the same tensor as 'scale'")
    }

    @Test("tensors that the model has no place for are an error that tells of @Saved, and one that lacks stays")
    func places() throws {
        let source = try Plain(3)
        source.absent = try Tensor.ones([1])
        let error = #expect(throws: StateDictError.self) {
            try Plain(0).loadStateDict(source.stateDict(), fastInit: false)
        }
        #expect(error?.description.contains("'absent'") == true && error?.description.contains("@Saved") == true)
        var state = try Plain(3).stateDict()
        state["window"] = .list([.tensor(try Tensor.ones([2]))])
        #expect(throws: StateDictError.self) { try Plain(0).loadStateDict(state, fastInit: false) }
        state["window"] = nil
        let target = try Plain(0)
        try target.loadStateDict(state, fastInit: false)
        #expect(try target.window[1].item(Double.self) == 0)
    }

    @Test("what lies expanded in memory is restored")
    func expanded() throws {
        let (source, target) = (try Plain(3), try Plain(0))
        for (model, value) in [(source, 3.0), (target, 0)] {
            model.scale = try Tensor.full([1], value).expand([4])
        }
        try target.loadStateDict(source.stateDict(), fastInit: false)
        #expect(try target.scale.array(Float.self) == [3, 3, 3, 3])
    }
}
