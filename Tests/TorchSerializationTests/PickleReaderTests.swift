import Foundation
import Testing
import Torch

@testable import TorchSerialization

/// Pickles written out by hand, as in Python's `pickletools`.
@Suite("Reading pickles")
struct PickleReaderTests {
    /// The value of a pickle without tensors, or the error that reading it ends in.
    private func read(_ parts: [String]...) throws -> String {
        try StateText.of(value(parts.flatMap(\.self).flatMap { Array($0.unicodeScalars.map { UInt8($0.value) }) }))
    }

    private func value(_ pickle: [UInt8]) throws -> StateValue {
        try withFolder { folder in
            let file = folder.appending(path: "value.pth")
            try writeArchive(to: file, ["data.pkl": pickle])
            return try TorchFile.load(file)
        }
    }

    private func reasonOf(_ parts: String...) -> String {
        reason { _ = try read(parts) }
    }

    @Test("instructions that torch.save does not use, but other writers of pickles do")
    func otherInstructions() throws {
        #expect(try read(["\u{80}\u{2}", "(K\u{1}K\u{2}l."]) == "[1, 2]")
        #expect(try read(["\u{80}\u{2}", "(K\u{1}Nd."]) == "{1: none}")
        #expect(try read(["\u{80}\u{2}", "]K\u{1}a]0(K\u{9}1."]) == "[1]")
        #expect(try read(["\u{80}\u{2}", "K\u{7}2\u{86}."]) == "(7, 7)")
        #expect(try read(["\u{80}\u{2}", "}U\u{1}aT\u{1}\u{0}\u{0}\u{0}bs."]) == "{'a'1: 'b'1}")
        #expect(try read(["\u{80}\u{4}", "\u{8C}\u{1}a\u{94}0h\u{0}."]) == "'a'1")
        #expect(try read(["\u{8D}\u{1}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}a."]) == "'a'1")
        // A list that grows after others refer to it.
        #expect(try read(["]q\u{0}]q\u{1}h\u{0}a0K\u{5}a0h\u{1}."]) == "[[5]]")
    }

    @Test("long integers in two's complement, of any length")
    func longIntegers() throws {
        #expect(try read(["\u{8A}\u{0}."]) == "0")
        #expect(try read(["\u{8A}\u{1}\u{FF}."]) == "-1")
        #expect(try read(["\u{8A}\u{2}\u{FF}\u{0}."]) == "255")
        #expect(try read(["\u{8B}\u{1}\u{0}\u{0}\u{0}\u{80}."]) == "-128")
        let seven = String(repeating: "\u{FF}", count: 7)
        #expect(try read(["\u{8A}\u{8}", seven, "\u{7F}."]) == "\(Int.max)")
        #expect(try read(["\u{8A}\u{9}", seven, "\u{FF}\u{FF}."]) == "-1")
        #expect(try read(["\u{8A}\u{9}", seven, "\u{FF}\u{0}."]) == "0xffffffffffffffff")
        #expect(try read(["\u{8A}\u{9}", seven, "\u{0}\u{FF}."]) == "-0xff00000000000001")
    }

    @Test(
        "what is not a pickle is an error, and no trap",
        arguments: [
            "", ".", "K", "J\u{1}", "a.", "]a.", "e.", "(e.", "s.", "}s.", "}Ns.", "}(Nu.", "(Nd.", "u.", "t.",
            "\u{85}.",
            "N\u{86}.", "0.", "1.", "2.", "(N", "(N.", "NN.", "q\u{0}.", "h\u{0}.", "j\u{FF}\u{FF}\u{FF}\u{FF}.", "R.",
            "NR.",
            "NNR.", "b.", "N}b.", "}Nb.", "Q.", "NQ.", ")Q.", "c", "ca\n", "\u{80}", "\u{80}\u{6}.", "\u{93}.",
            "NN\u{93}.",
            "\u{81}.", "NN\u{81}.", "NNN\u{92}.", "X\u{FF}\u{FF}\u{FF}\u{FF}a.", "\u{8B}\u{FF}\u{FF}\u{FF}\u{FF}a.",
            "\u{8D}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}a.", "X\u{1}\u{0}\u{0}\u{0}\u{FF}.", "I1\n.",
            "ia\nb\n.",
            "\u{82}\u{1}.", "(]e.", "](K\u{1}", "\u{95}\u{FF}.", "G\u{0}.", "N(0.",
        ])
    func damage(pickle: String) {
        #expect(!reasonOf(pickle).isEmpty)
    }

    @Test("whatever would be called is an error that names it, in every way to call")
    func calls() {
        for end in ["(X\u{2}\u{0}\u{0}\u{0}lst.", ")R.", "N\u{85}R.", ")\u{81}.", ")}\u{92}.", "."] {
            let reason = reasonOf("cposix\nsystem\n", end)
            #expect(reason.hasPrefix("posix.system is not data") || reason.contains("damaged"), "\(reason)")
        }
        #expect(reasonOf("\u{8C}\u{2}os\u{8C}\u{6}system\u{93})R.").hasPrefix("os.system is not data"))
        #expect(reasonOf("c__builtin__\neval\n)R.").hasPrefix("builtins.eval is not data"))
        #expect(reasonOf("ctorch\nfloat32\n)R.").hasPrefix("torch.float32 is not data"))
        #expect(reasonOf("ctorch\nload\n)R.").hasPrefix("torch.load is not data"))
        // As a TorchScript program begins.
        #expect(reasonOf("c__torch__\nNetwork\nq\u{0})\u{81}}b.").hasPrefix("__torch__.Network is not data"))
        // An attribute of something that may be called.
        #expect(reasonOf("\u{8C}\u{B}collections\u{8C}\u{16}OrderedDict.__init__.a\u{93})R.").contains("is not data"))
        #expect(reasonOf("ccollections\nOrderedDict\n(N\u{85}t)R.").contains("damaged"))
        #expect(reasonOf("ccollections\nCounter\n]\u{85}R.").contains("of other kinds"))
        // A counter's dictionary, which no pickle of Python's refers to again.
        #expect(reasonOf("ccollections\nCounter\n}q\u{0}\u{85}Rh\u{0}\u{86}.").contains("is not data"))
        #expect(reasonOf("ca\u{1B}[31m\n", String(repeating: "b", count: 1000), "\n.").utf8.count < 300)
    }

    @Test("a chain of lists that is too deep is an error, however it is built")
    func depth() throws {
        let lists = 100_000
        // [[[…]]] from the inside out, and the outermost first.
        let wrapped = "N" + String(repeating: "\u{85}", count: lists) + "."
        #expect(reasonOf(wrapped) == "it is nested more than 100 levels deep")
        let nested = String(repeating: "](", count: lists) + String(repeating: "e", count: lists) + "."
        #expect(reasonOf(nested) == "it is nested more than 100 levels deep")
        #expect(reasonOf(String(repeating: "(", count: lists)).contains("ends too early"))
        // A part of 60 levels, once built, 60 levels down.
        let part = "]q\u{0}" + String(repeating: "\u{85}", count: 59) + "q\u{1}0"
        #expect(
            reasonOf(part, "(h\u{1}h\u{1}", String(repeating: "\u{85}", count: 60), "t.")
                == "it is nested more than 100 levels deep")
    }

    @Test("parts that are shared until the value explodes are an error, at once")
    func explosion() throws {
        // Each list holds the one before it ten times: 10^40 values in 2 kB.
        let ten = String(repeating: "h\u{0}", count: 10)
        let step = "]q\u{1}(\(ten.dropLast(2))h\u{0}e0h\u{1}q\u{0}0"
        let bomb = "]q\u{0}0" + String(repeating: step, count: 40) + "h\u{0}."
        #expect(reasonOf(bomb).hasPrefix("it refers to its parts so often that it would be too large"))
        // Sharing as such is nothing bad.
        let mild = "]q\u{0}0" + String(repeating: step, count: 4) + "h\u{0}."
        #expect(throws: Never.self) { try self.read([mild]) }
    }

    @Test("a list that grows one by one takes no time")
    func manyAppends() throws {
        let count = 200_000
        guard case .list(let values) = try value(Array(("]" + String(repeating: "Na", count: count) + ".").utf8)) else {
            return
        }
        #expect(values.count == count)
    }
}
