import Foundation
import Testing
import Torch

@testable import TorchSerialization

/// Pickles that run programs, take all memory or never end if Python loads them as it always did. Each character is a
/// byte.
@Suite("Malicious pickles")
struct MaliciousPickleTests {
    private func load(_ pickle: String) throws -> StateValue {
        try withFolder { folder in
            let file = folder.appending(path: "value.pth")
            try writeArchive(to: file, ["data.pkl": pickle.unicodeScalars.map { UInt8($0.value) }])
            return try TorchFile.load(file)
        }
    }

    private func reasonOf(_ pickle: String) -> String {
        reason { _ = try load(pickle) }
    }

    @Test(
        "whatever runs a program is an error that names it",
        arguments: [
            ("cposix\nsystem\n(X\u{2}\u{0}\u{0}\u{0}idtR.", "posix.system"),
            ("cos\nsystem\n(X\u{2}\u{0}\u{0}\u{0}idtR.", "os.system"),
            ("cnt\nsystem\nX\u{2}\u{0}\u{0}\u{0}id\u{85}R.", "nt.system"),
            ("csubprocess\nPopen\n(X\u{2}\u{0}\u{0}\u{0}idtR.", "subprocess.Popen"),
            ("csubprocess\ncheck_output\n(]X\u{2}\u{0}\u{0}\u{0}idatR.", "subprocess.check_output"),
            ("c__builtin__\neval\n(X\u{1}\u{0}\u{0}\u{0}1tR.", "builtins.eval"),
            ("cbuiltins\nexec\n(X\u{1}\u{0}\u{0}\u{0}1tR.", "builtins.exec"),
            ("cbuiltins\ncompile\n)R.", "builtins.compile"),
            ("cbuiltins\nopen\n)R.", "builtins.open"),
            ("c__builtin__\n__import__\nX\u{2}\u{0}\u{0}\u{0}os\u{85}R.", "builtins.__import__"),
            ("cpty\nspawn\n)R.", "pty.spawn"), ("crunpy\n_run_code\n)R.", "runpy._run_code"),
            ("cimportlib\nimport_module\n)R.", "importlib.import_module"),
            ("cwebbrowser\nopen\n)R.", "webbrowser.open"), ("csocket\nsocket\n)\u{81}.", "socket.socket"),
            ("ctimeit\ntimeit\n)R.", "timeit.timeit"), ("coperator\nattrgetter\n)R.", "operator.attrgetter"),
            ("cfunctools\npartial\n)R.", "functools.partial"), ("ctypes\nFunctionType\n)\u{81}.", "types.FunctionType"),
            ("cnumpy.testing._private.utils\nrunstring\n)R.", "numpy.testing._private.utils.runstring"),
            ("ctorch.hub\nload\n)R.", "torch.hub.load"), ("ctorch\nload\n)R.", "torch.load"),
            ("ctorch.storage\n_load_from_bytes\nC\u{1}a\u{85}R.", "torch.storage._load_from_bytes"),
            (
                "ctorch.utils.data.datapipes.utils.decoder\nbasichandlers\n)R.",
                "torch.utils.data.datapipes.utils.decoder"
            ),
            ("ccopyreg\n_reconstructor\n)R.", "copyreg._reconstructor"),
            ("c_codecs\ndecode\n)R.", "_codecs.decode"), ("cjoblib\nload\n)R.", "joblib.load"),
            // By the other instructions that call or make an object.
            ("(iposix\nsystem\n.", "posix.system"), ("(X\u{2}\u{0}\u{0}\u{0}idios\nsystem\n.", "os.system"),
            ("(cos\nsystem\nX\u{2}\u{0}\u{0}\u{0}ido.", "os.system"),
            ("cos\nsystem\n)}\u{92}.", "os.system"), ("\u{8C}\u{2}os\u{8C}\u{6}system\u{93})R.", "os.system"),
            // Handed to what may be called.
            ("ccollections\ndefaultdict\ncos\nsystem\n\u{85}R}\u{86}cos\nsystem\n\u{86}.", "os.system"),
            ("ctorch._tensor\n_rebuild_from_type_v2\n(cos\nsystem\nctorch\nTensor\n)NtR.", "os.system"),
            ("ctorch._tensor\n_rebuild_from_type_v2\n(ctorch._utils\n_rebuild_tensor\ncos\nsystem\n)NtR.", "os.system"),
            ("cnumpy._core.multiarray\n_reconstruct\n(cos\nsystem\n)C\u{1}btR.", "os.system"),
            (
                "(X\u{7}\u{0}\u{0}\u{0}storagecos\nsystem\nX\u{1}\u{0}\u{0}\u{0}0X\u{3}\u{0}\u{0}\u{0}cpuK\u{1}tQ.",
                "os.system"
            ),
        ])
    func programs(pickle: String, name: String) {
        let reason = reasonOf(pickle)
        #expect(reason.hasPrefix("\(name)"), "\(reason)")
        #expect(reason.contains(" is not data"), "\(reason)")
    }

    @Test("what a call gives cannot be called again, nor be given attributes")
    func nestedCalls() {
        // getattr(__import__("os"), "system")("id")
        let import_ = "c__builtin__\n__import__\nX\u{2}\u{0}\u{0}\u{0}os\u{85}R"
        #expect(
            reasonOf("c__builtin__\ngetattr\n\(import_)X\u{6}\u{0}\u{0}\u{0}system\u{86}R)R.")
                .hasPrefix("builtins.__import__ is not data"))
        #expect(reasonOf("ccollections\nOrderedDict\n)R)R.").contains("a dict is called"))
        #expect(reasonOf("ccollections\nOrderedDict\n)R)\u{81}.").contains("a dict is called"))
        #expect(reasonOf("X\u{2}\u{0}\u{0}\u{0}os)R.").contains("a str is called"))
        for target in [
            "]", ")", "}", "K\u{1}", "X\u{1}\u{0}\u{0}\u{0}a", "\u{8F}", "cos\nsystem\n", "ctorch\nTensor\n", "N",
        ] {
            let reason = reasonOf("\(target)}X\u{9}\u{0}\u{0}\u{0}__class__cos\nsystem\nsb.")
            #expect(reason.contains("is given attributes"), "\(target): \(reason)")
        }
        // Attributes of a dictionary are data too.
        #expect(
            reasonOf("ccollections\nOrderedDict\n)R}X\u{5}\u{0}\u{0}\u{0}itemscos\nsystem\nsb.")
                .hasPrefix("os.system is not data"))
        #expect(reasonOf("ccollections\nOrderedDict\n)R]b.").contains("is given attributes"))
        let twice = "ccollections\nOrderedDict\n)R}X\u{1}\u{0}\u{0}\u{0}aNsb}X\u{1}\u{0}\u{0}\u{0}bNsb."
        #expect(reasonOf(twice).contains("is given attributes"))
    }

    @Test("what lies outside the file is an error")
    func registries() {
        for pickle in ["\u{82}\u{1}.", "\u{83}\u{1}\u{0}.", "\u{84}\u{1}\u{0}\u{0}\u{0}."] {
            #expect(reasonOf(pickle).contains("only the program which wrote it knows"))
        }
        for pickle in ["\u{97}.", "\u{97}\u{98}.", "\u{98}."] {
            #expect(reasonOf(pickle).contains("memory that is not in the file"))
        }
        #expect(reasonOf("P../../etc/passwd\n.").contains("there is no instruction 80"))
        #expect(reasonOf("X\u{6}\u{0}\u{0}\u{0}/etc/aQ.").contains("names no storage"))
        #expect(reasonOf("(X\u{6}\u{0}\u{0}\u{0}modulecos\nsystem\nNNtQ.").contains("os.system"))
    }

    @Test(
        "a value that contains itself is an error, however it does",
        arguments: [
            "]q\u{0}h\u{0}a.", "}q\u{0}Nh\u{0}s.", "]q\u{0}h\u{0}\u{85}a.", "\u{8F}q\u{0}(h\u{0}\u{90}.",
            "ccollections\nOrderedDict\n)Rq\u{0}}X\u{1}\u{0}\u{0}\u{0}ah\u{0}sb.",
            "ccollections\nOrderedDict\n)R}q\u{0}X\u{1}\u{0}\u{0}\u{0}ah\u{0}sb.", "}q\u{0}h\u{0}\u{85}Ns.",
        ])
    func recursion(pickle: String) {
        #expect(reasonOf(pickle) == "it holds a value that contains itself, which is not read")
    }

    @Test(
        "counts that the file does not have are an error before any memory is taken",
        arguments: [
            "\u{8B}\u{FF}\u{FF}\u{FF}\u{7F}a.", "\u{8B}\u{FF}\u{FF}\u{FF}\u{FF}a.", "T\u{FF}\u{FF}\u{FF}\u{7F}a.",
            "B\u{FF}\u{FF}\u{FF}\u{7F}a.", "X\u{FF}\u{FF}\u{FF}\u{7F}a.",
            "\u{8E}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{7F}a.",
            "\u{8D}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}\u{FF}a.",
            "\u{96}\u{0}\u{0}\u{0}\u{0}\u{0}\u{1}\u{0}\u{0}a.",
            "\u{8A}\u{FF}a.", "C\u{FF}a.", "U\u{FF}a.", "\u{8C}\u{FF}a.", "\u{95}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}",
        ])
    func counts(pickle: String) {
        #expect(reasonOf(pickle).contains("ends too early"))
    }

    @Test("a key that comes twice is an error, not a choice")
    func equalKeys() {
        #expect(
            reasonOf("}(X\u{1}\u{0}\u{0}\u{0}aK\u{1}X\u{1}\u{0}\u{0}\u{0}aK\u{2}u.")
                == "a dictionary has the key 'a' twice")
        #expect(reasonOf("}(K\u{1}NK\u{1}Nu.") == "a dictionary has the key '1' twice")
        #expect(reasonOf("}(NNNNu.") == "a dictionary has the key 'None' twice")
        #expect(reasonOf("}]Ns.") == "a dictionary has a list as a key, which is not read")
    }

    @Test("text that is made into bytes again and again is an error, not memory")
    func encodedOften() {
        let text = "X\u{0}\u{10}\u{0}\u{0}" + String(repeating: "a", count: 4096) + "q\u{0}"
        let encode = "c_codecs\nencode\nq\u{1}X\u{6}\u{0}\u{0}\u{0}latin1q\u{2}"
        let calls = String(repeating: "h\u{1}h\u{0}h\u{2}\u{86}R0", count: 1000)
        #expect(reasonOf("\(text)0\(encode)00\(calls)N.").contains("would be too large"))
        let paths = String(repeating: "h\u{1}h\u{0}h\u{0}h\u{0}\u{87}R0", count: 1000)
        #expect(reasonOf("\(text)0cpathlib\nPosixPath\nq\u{1}0\(paths)N.").contains("would be too large"))
        #expect(
            reasonOf("c_codecs\nencode\nX\u{1}\u{0}\u{0}\u{0}aX\u{4}\u{0}\u{0}\u{0}zlib\u{86}R.").contains(
                "other kinds"))
        #expect(
            reasonOf("c_codecs\nencode\nX\u{2}\u{0}\u{0}\u{0}\u{C4}\u{80}X\u{6}\u{0}\u{0}\u{0}latin1\u{86}R.").contains(
                "other kinds"))
    }

    @Test("parts that are shared by sets, shapes, attributes and keys are counted as often as they occur")
    func explosions() {
        let sixteen = String(repeating: "h\u{0}", count: 16)
        for (open, close) in [("(", "\u{91}"), ("\u{8F}(", "\u{90}"), ("(", "t")] {
            let bomb = "]q\u{0}0" + String(repeating: "\(open)\(sixteen)\(close)q\u{0}0", count: 40) + "h\u{0}."
            #expect(reasonOf(bomb).contains("so often that it would be too large"))
        }
        let nested = "Nq\u{0}0" + String(repeating: "(\(sixteen)tq\u{0}0", count: 40) + "}h\u{0}Ns."
        #expect(reasonOf(nested).contains("so often that it would be too large"))
        let attributes =
            "Nq\u{0}0"
            + String(
                repeating: "ccollections\nOrderedDict\n)R}(K\u{0}h\u{0}K\u{1}h\u{0}K\u{2}h\u{0}K\u{3}h\u{0}ubq\u{0}0",
                count: 40)
        #expect(reasonOf(attributes + "h\u{0}.").contains("so often that it would be too large"))
    }

    @Test("sets that are made of one list cannot grow apart")
    func movedElements() {
        let list = "](NNe"
        #expect(
            reasonOf("\(list)q\u{0}0c__builtin__\nset\nh\u{0}\u{85}Rh\u{0}\u{86}.").contains("builtins.set is not data")
        )
        #expect(reasonOf("c__builtin__\nset\n)\u{85}R.").contains("of other kinds"))
        #expect(reasonOf("]q\u{0}(NN\u{90}.").contains("a list is used as a set"))
        #expect(reasonOf("\u{8F}Na.").contains("a set is used as a list"))
    }
}
