import Testing

@testable import Helios

@Suite struct OptionReaderTests {
    private func reader(_ options: ConfigValue) throws -> OptionReader {
        try OptionReader(options, of: "optimizer AdamW")
    }

    private func expectError(
        _ text: String, sourceLocation: SourceLocation = #_sourceLocation, _ attempt: () throws -> Any
    ) {
        let error = #expect(throws: ConfigurationError.self, sourceLocation: sourceLocation) { _ = try attempt() }
        #expect(error?.description == text, sourceLocation: sourceLocation)
    }

    @Test("an option that is not given has its default, and one without a default is needed")
    func defaults() throws {
        let options = try reader([:])
        #expect(try options.double("lr", 0.5) == 0.5)
        #expect(try options.int("n", 3) == 3)
        #expect(try options.bool("flag", true))
        #expect(try options.string("name", "a") == "a")
        #expect(try options.pair("betas", (1, 2)) == (1, 2))
        #expect(try options.optional("weight", as: Double.self) == nil)
        #expect(try options.value("momentum", default: 0.1 as Double?) == 0.1)
        expectError("optimizer AdamW: the option 'gamma' is needed, and not given") { try options.double("gamma") }
    }

    @Test("numbers are read from what configurations have for them")
    func numbers() throws {
        let options = try reader([
            "whole": 3, "text": "1e-3", "fraction": 0.5, "round": 1e5, "digits": "20", "signed": "-2.5E+1", "none": nil,
        ])
        #expect(try options.double("whole") == 3)
        #expect(try options.double("text") == 1e-3)
        #expect(try options.double("signed") == -25)
        #expect(try options.int("round") == 100_000)
        #expect(try options.int("digits") == 20)
        #expect(try options.value("none", default: 0.1 as Double?) == nil)
    }

    @Test(
        "what is no number is refused",
        arguments: ["a", "", "nan", "inf", "0x10", "1e", "1_000", " 1", "١"] as [ConfigValue] + [true, nil, [1], [:]])
    func noNumbers(value: ConfigValue) throws {
        let options = try reader(["lr": value])
        expectError("optimizer AdamW: 'lr' must be a number, not \(value.typeDescription)") {
            try options.double("lr")
        }
    }

    @Test("a number that no whole number is, is refused as one", arguments: [2.5, 1e300, .infinity, .nan])
    func noWholeNumbers(number: Double) throws {
        let options = try reader(["n": .double(number)])
        expectError("optimizer AdamW: 'n' must be a whole number, not the number \(number)") { try options.int("n") }
    }

    @Test("values of another type are refused with their place")
    func otherTypes() throws {
        let options = try reader([
            "lr": "a", "flag": 1, "betas": [0.9, "b"], "triple": [1, 2, 3], "mode": "medium", "sizes": [1, [2]],
            "pair": [1, 2, 3], "name": 3,
        ])
        expectError(#"optimizer AdamW: 'lr' must be a number, not the string "a""#) { try options.double("lr", 1) }
        expectError("optimizer AdamW: 'flag' must be true or false, not the number 1") { try options.bool("flag") }
        expectError("optimizer AdamW: 'name' must be a string, not the number 3") { try options.string("name") }
        expectError(#"optimizer AdamW: 'betas[1]' must be a number, not the string "b""#) {
            try options.pair("betas", (1, 2))
        }
        expectError("optimizer AdamW: 'triple' must be a list of two numbers, not the list [1, 2, 3]") {
            try options.pair("triple", (1, 2))
        }
        expectError(#"optimizer AdamW: 'mode' must be one of "none", "tanh", not the string "medium""#) {
            try options.choice("mode", GELU.Approximation.none)
        }
        expectError("optimizer AdamW: 'sizes[1]' must be a whole number, not the list [2]") {
            try options.value("sizes", as: [Int].self)
        }
        expectError("optimizer AdamW: 'pair' must be a whole number or a list of 2, not the list [1, 2, 3]") {
            try options.value("pair", as: Pair.self)
        }
    }

    @Test("an enumeration is read by its raw value or its name, whatever the case")
    func choices() throws {
        let options = try reader(["a": "TANH", "b": "batchmean", "c": "nearest-exact", "d": nil])
        #expect(try options.choice("a", GELU.Approximation.none) == .tanh)
        #expect(try options.choice("b", KLDivReduction.mean) == .batchMean)
        #expect(try options.choice("c", InterpolationMode.area) == .nearestExact)
        #expect(try options.optionalChoice("d", as: LBFGS.LineSearch.self) == nil)
    }

    @Test("tensors are read from nested lists of one shape")
    func tensors() throws {
        let options = try reader(["a": [[1, 2.5], [3, "4"]], "b": [[1, 2], [3]], "c": [], "d": 2, "e": [[1], 2]])
        let tensor = try options.value("a", as: Tensor.self)
        #expect(tensor.dtype == .float32)
        #expect(tensor.shape == [2, 2])
        #expect(try tensor.array(Float.self) == [1, 2.5, 3, 4])
        #expect(try options.value("c", as: Tensor.self).shape == [0])
        #expect(try options.value("d", as: Tensor.self).shape == [])
        expectError("optimizer AdamW: 'b[1]' must be a list of length 2, as its neighbors are, not the list [3]") {
            try options.value("b", as: Tensor.self)
        }
        expectError("optimizer AdamW: 'e[1]' must be a list of length 1, as its neighbors are, not the number 2") {
            try options.value("e", as: Tensor.self)
        }
    }

    @Test("Swift's spelling is the same option, and one that is given twice is refused")
    func spellings() throws {
        #expect(try reader(["learningRate": 0.5]).double("lr", 1) == 0.5)
        #expect(try reader(["weightDecay": 0.5]).double("weight_decay", 1) == 0.5)
        expectError("optimizer AdamW: 'lr' and 'learningRate' are one option: give it once") {
            try reader(["lr": 1, "learningRate": 2])
        }
        // An error names the option as it was written.
        expectError(#"optimizer AdamW: 'learningRate' must be a number, not the string "a""#) {
            try reader(["learningRate": "a"]).double("lr", 1)
        }
    }

    @Test("what is left over is an error that lists the nearest options and all")
    func leftOver() throws {
        let options = try reader(["weight_decya": 0.5])
        _ = (try options.double("lr", 1), try options.double("weight_decay", 0))
        expectError(
            "optimizer AdamW: no option 'weight_decya'; did you mean 'weight_decay'? (there are: lr, weight_decay)"
        ) { try options.requireNoOthers() }
        expectError("optimizer AdamW: no option 'x' (there are none)") { try reader(["x": 1]).requireNoOthers() }
        try reader(["later": 1]).requireNoOthers(but: "later")
    }

    @Test("a needed option that was misspelt is found")
    func misspelt() throws {
        expectError("optimizer AdamW: the option 'gamma' is needed, and not given; is 'gama' meant to be it?") {
            try reader(["gama": 0.9]).double("gamma")
        }
    }

    @Test("options are a dictionary, or none at all")
    func noDictionary() throws {
        try reader(nil).requireNoOthers()
        expectError("optimizer AdamW: options must be a dictionary, not the list [1]") { try reader([1]) }
    }
}
