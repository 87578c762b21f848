import Testing

@testable import OperationGenerator

@Suite struct OverloadResolutionTests {
    private func resolved(_ schemas: String..., isMethod: Bool = true) throws -> OverloadResolution {
        OverloadResolution(try schemas.map { try Samples.signature($0, isMethod: isMethod) })
    }

    @Test("overloads that differ in a type need nothing")
    func differentTypes() throws {
        let resolution = try resolved(Samples.add, Samples.addScalar)
        #expect(resolution.signatures.count == 2)
        #expect(resolution.omissions.isEmpty && resolution.requirements.isEmpty)
    }

    @Test("the longer of two overloads loses a default that could make a call mean both")
    func lostDefaults() throws {
        let resolution = try resolved(
            "any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", "any(Tensor self) -> Tensor")
        #expect(resolution.signatures.map(\.operation.schema.fullName) == ["any.dims", "any"])
        #expect(resolution.requirements.map(\.operation) == ["any.dims"])
        #expect(resolution.requirements.map(\.because) == ["any"])
        #expect(resolution.signatures[0].parameters.contains { $0.defaultValue == nil })
        #expect(!OverloadResolution.haveCommonCall(resolution.signatures[0], resolution.signatures[1]))
    }

    @Test("overloads that Swift declares alike are one too many, and that is reported")
    func twins() throws {
        let resolution = try resolved("f.a(Tensor self, int x) -> Tensor", "f.b(Tensor self, SymInt x) -> Tensor")
        #expect(resolution.signatures.map(\.operation.schema.fullName) == ["f.a"])
        #expect(resolution.omissions.map(\.name) == ["f.b"])
        #expect(resolution.omissions.map(\.isFailure) == [true])
    }

    @Test("a call that could mean two overloads whatever is asked for is reported")
    func unsettled() throws {
        let resolution = try resolved(
            "f.a(Tensor self, int? x=None) -> Tensor", "f.b(Tensor self, int? x=None, *, Tensor y) -> Tensor")
        #expect(resolution.signatures.count == 2)
        let hopeless = try resolved("g.a(Tensor self) -> Tensor", "g.b(Tensor self) -> Tensor")
        #expect(hopeless.signatures.count == 1)
    }

    @Test("a function for one dimension that PyTorch has too is reported")
    func oneDimension() throws {
        let resolution = try resolved(
            "f.dims(Tensor self, int[1] dim) -> Tensor", "f.dim(Tensor self, int dim) -> Tensor")
        #expect(resolution.omissions.map(\.name) == ["f.dims"])
        #expect(resolution.omissions.map(\.isFailure) == [true])
    }

    @Test("a method and a function of one name are no rivals")
    func receivers() throws {
        let method = try Samples.signature(Samples.equal, isMethod: true)
        let function = try Samples.signature(Samples.equal, isMethod: false)
        let resolution = OverloadResolution([method, function])
        #expect(resolution.signatures.count == 2 && resolution.requirements.isEmpty)
    }
}
