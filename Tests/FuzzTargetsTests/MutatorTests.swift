import FuzzTargets
import Testing

@Suite("Mutator")
struct MutatorTests {
    @Test("the same seed makes the same damage, another seed another")
    func determinism() {
        let bytes = Array<UInt8>(0..<200)
        func damaged(_ seed: UInt64) -> [[UInt8]] {
            var mutator = Mutator(seed: seed)
            return (0..<20).map { _ in mutator.mutated(bytes, with: bytes) }
        }
        #expect(damaged(1) == damaged(1))
        #expect(damaged(1) != damaged(2))
        #expect(damaged(1).contains { $0 != bytes })
    }
}
