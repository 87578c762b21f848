import Testing

@testable import OperationGenerator

/// Of CEmitter.swift and SwiftEmitter.swift.
@Suite struct EmitterTests {
    private func source(_ schema: String, isMethod: Bool = true) throws -> String {
        CEmitter(notice: "// notice").source([try Samples.operation(schema, isMethod: isMethod)])
    }

    private func swift(_ schema: String, isMethod: Bool = true) throws -> String {
        SwiftEmitter(notice: "// notice").file(section: "S", [try Samples.signature(schema, isMethod: isMethod)]).text
    }

    @Test("a C function borrows its tensors and is guarded")
    func tensorInC() throws {
        let text = try source(Samples.add)
        #expect(
            text.contains(
                """
                CTTensor *_Nullable ct_add_Tensor(CTTensor *self, CTTensor *other, CTScalar alpha) try {
                  return owned(at::_ops::add_Tensor::call(borrow(self), borrow(other), scalar(alpha)));
                } catch (...) {
                  recordFailure("add", {self, other});
                  return nullptr;
                }
                """))
        #expect(text.contains("#include <ATen/ops/add_ops.h>"))
    }

    @Test("lists, several results and plain values go through pointers")
    func resultsInC() throws {
        #expect(
            try source(Samples.split).contains("CTInteger ct_split_Tensor(\n    CTTensor *self, CTInteger splitSize"))
        #expect(try source(Samples.split).contains("return ownedList(at::_ops::split_Tensor::call("))
        let maximum = try source(Samples.maxDim)
        #expect(maximum.contains("auto [result0, result1] = at::_ops::max_dim::call(borrow(self), dim, keepdim);"))
        #expect(maximum.contains("*out1 = owned(std::move(result1));"))
        let histogram = try source(Samples.histogram)
        #expect(
            histogram.contains(
                "  *out1Count = ownedList(std::move(result1), out1);\n  *out0 = owned(std::move(result0));"))
        #expect(try source(Samples.equal).contains("*out = at::_ops::equal::call(borrow(self), borrow(other));"))
        #expect(try source(Samples.addInPlace).contains("borrow(self).mutableReference()"))
        #expect(try source(Samples.foreachAdd).contains("ctorch::scalar(scalar)"))
    }

    @Test("what libtorch takes on trust is checked first")
    func preconditions() throws {
        let text = try source(Samples.divMode)
        #expect(
            text.contains(
                "  checkDivision(borrow(self), borrow(other), optionalString(roundingMode));\n  return owned(at::"))
        #expect(try !source("div.Tensor(Tensor self, Tensor other) -> Tensor").contains("checkDivision("))
    }

    @Test("the header declares what the source defines")
    func header() throws {
        let operations = try [Samples.add, Samples.zeros, Samples.maxDim].map { try Samples.operation($0) }
        let header = CEmitter(notice: "// notice").header(operations)
        for operation in operations {
            #expect(
                header.contains(" *_Nullable \(Naming.cFunction(operation))(")
                    || header.contains("bool \(Naming.cFunction(operation))("))
        }
        #expect(header.hasPrefix("// notice\n#ifndef"))
        #expect(
            header.contains(
                "const CTInteger *_Nullable size, CTInteger sizeCount, int32_t dtype, CTDevice device, int8_t pinMemory"
            ))
    }

    @Test("a Swift method keeps its tensors alive over the call")
    func methodInSwift() throws {
        #expect(
            try swift(Samples.add).contains(
                """
                    public func add(_ other: Tensor, alpha: any ScalarConvertible = 1) throws -> Tensor {
                        defer { keepAlive((self, other)) }
                        return try Tensor(owning: ct_add_Tensor(pointer, other.pointer, alpha.c))
                    }
                """))
    }

    @Test("operations in place return self, several results are a tuple, internal ones are for the package")
    func resultsInSwift() throws {
        #expect(try swift(Samples.addInPlace).contains("    @discardableResult\n    public func add_(_ other: Tensor"))
        #expect(try swift(Samples.maxDim).contains("-> (values: Tensor, indices: Tensor)"))
        #expect(
            try swift(Samples.histogram, isMethod: false).contains("-> (hist: Tensor, binEdges: [Tensor])"))
        #expect(try swift(Samples.split).contains("public func split(splitSize: Int, dim: Int = 0) throws -> [Tensor]"))
        #expect(try swift(Samples.equal).contains("throws -> Bool"))
        #expect(
            try swift(Samples.foreachAdd, isMethod: false).contains(
                "package static func foreachAdd_(_ input: [Tensor], scalar: any ScalarConvertible) throws {"))
        #expect(try swift(Samples.repeated).contains("func `repeat`(_ repeats: [Int])"))
        #expect(try swift(Samples.stride, isMethod: false).contains("bias: Tensor? = nil, stride: [Int] = [1]"))
    }

    @Test("a list that may be one number has a second function, which calls the first")
    func oneDimension() throws {
        let text = try swift(Samples.sumDims)
        #expect(
            text.contains(
                """
                    public func sum(dim: Int, keepDim: Bool = false, dtype: DType? = nil) throws -> Tensor {
                        try self.sum(dims: [dim], keepDim: keepDim, dtype: dtype)
                    }
                """))
        let roll = try swift("roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor")
        #expect(roll.contains("public func roll(shift: Int, dim: Int) throws -> Tensor {"))
        #expect(roll.contains("try self.roll(shifts: [shift], dims: [dim])"))
        let shift = try swift("fft_fftshift(Tensor self, int[1]? dim=None) -> Tensor", isMethod: false)
        #expect(shift.contains("public static func fftshift(_ input: Tensor, dim: Int) throws -> Tensor {"))
        #expect(shift.contains("try fftshift(input, dims: [dim])"))
        // PyTorch takes no single number for these.
        #expect(try !swift("count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor").contains("dim: Int"))
        #expect(try !swift(Samples.stride, isMethod: false).contains("stride: Int"))
    }

    @Test("a section is one file, with an extension of each namespace")
    func namespaces() throws {
        let transform = try Samples.signature("fft_fftshift(Tensor self, int[1]? dim=None) -> Tensor", isMethod: false)
        let emitter = SwiftEmitter(notice: "// notice")
        let file = emitter.file(section: "Wave", [transform, try Samples.signature(Samples.add)])
        #expect(file.name == "WaveOperations.swift")
        let extensions = file.text.split(separator: "\n").filter { $0.hasPrefix("extension ") }
        #expect(extensions == ["extension Tensor {", "extension FFT {"])
    }

    @Test("the files of calls are named by the operations' initials, and each call has its place in the list")
    func calls() throws {
        let signatures = try [
            Samples.gelu, Samples.add, Samples.index, Samples.addScalar, Samples.foreachAdd,
        ].map { try Samples.signature($0, isMethod: !$0.hasPrefix("_")) }
        var emitter = CallsEmitter(notice: "// notice")
        emitter.callsInFile = 2
        emitter.callsInFunction = 1
        let files = emitter.files(signatures)
        #expect(
            files.map(\.name) == [
                "OperationCalls.swift", "OperationCallsInternal.swift", "OperationCallsA.swift",
                "OperationCallsGToI.swift",
            ])
        #expect(files[0].text.contains("case 1..<2: try calls1(number, x)\n"))
        #expect(files[2].text.contains("case 1:\n        return [try x.tensor(\"self\").add(x.scalar(\"other\")"))
    }

    @Test("what makes a tensor can make one that requires a gradient")
    func requiresGrad() throws {
        let text = try swift(Samples.zeros, isMethod: false)
        #expect(text.contains("device: Device? = nil, requiresGrad: Bool = false,"))
        #expect(text.contains("let result = try Tensor(owning: ct_zeros("))
        #expect(text.contains("return try result.requiringGrad(requiresGrad)"))
        let conversion =
            "to.dtype_layout(Tensor(a) self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? "
            + "pin_memory=None) -> Tensor(a)"
        #expect(try !swift(conversion).contains("requiresGrad"))
    }

    @Test("what is a property in PyTorch is one here")
    func properties() throws {
        #expect(
            try swift("mT(Tensor(a) self) -> Tensor(a)").contains(
                """
                    public var mT: Tensor {
                        get throws {
                            defer { keepAlive(self) }
                            return try Tensor(owning: ct_mT(pointer))
                        }
                    }
                """))
        #expect(try swift("numpy_T(Tensor(a) self) -> Tensor(a)").contains("public var T: Tensor {"))
    }

    @Test("comments say what becomes of memory")
    func comments() throws {
        #expect(try swift(Samples.add).contains("/// Returns a new tensor."))
        #expect(try swift(Samples.transpose).contains("/// Returns a view of `self`."))
        #expect(try swift(Samples.split).contains("/// Returns views of `self`."))
        #expect(try swift(Samples.addInPlace).contains("/// Writes into `self`."))
        #expect(
            try swift("contiguous(Tensor(a) self, *, MemoryFormat memory_format=contiguous_format) -> Tensor(a)")
                .contains("/// Returns `self` where nothing changes, otherwise a new tensor."))
    }

    @Test("comments begin with what the operation does, if a sentence says so")
    func descriptions() throws {
        let sentences = Descriptions(parsing: "# comment\n\nadd: The sum: of both.\nadd_: Adds.\nmul: The product.\n")
        #expect(sentences["add"] == "The sum: of both.")
        #expect(sentences["add_"] == "Adds.")
        #expect(sentences["mul_"] == "The product.")
        #expect(sentences["div"] == nil)
        let emitter = SwiftEmitter(notice: "// notice", descriptions: sentences)
        let text = emitter.file(section: "S", [try Samples.signature(Samples.add)]).text
        #expect(text.contains("    /// The sum: of both.\n    ///\n    /// `add.Tensor("))
    }

    @Test("a type or default that no code can pass is an error that names it")
    func unsupported() throws {
        let type = #expect(throws: UnsupportedType.self) { try Samples.operation("f(Stream s) -> Tensor") }
        #expect(type?.description == "no way to pass Stream")
        #expect(throws: UnsupportedType.self) { try Samples.operation("f(Tensor self) -> (Tensor, int)") }
        #expect(throws: UnsupportedType.self) { try Samples.signature("f(Tensor self, int a=odd) -> Tensor") }
    }

    @Test("a long line is broken between its items")
    func lineBreaks() {
        let items = (1...30).map { "argument\($0)" }
        let lines = Layout.list("call(", items, ");", indent: 4, step: 4, hangs: false)
        #expect(lines.count > 2 && lines.allSatisfy { $0.count <= 120 })
        #expect(lines.dropFirst().joined(separator: " ").split(separator: ",").count == 30)
        #expect(Layout.list("call(", [], ")", indent: 0, step: 4, hangs: true) == ["call()"])
        #expect(Layout.words("a b", prefix: "/// ") == ["/// a b"])
    }
}
