import Helios
import TestSupport
import Testing

@Suite(.standardGenerator) struct RandomStateTests {
    @Test("the states of the generators come back, also from a state dictionary")
    func restores() throws {
        let before = try RandomState.current()
        let first = try Tensor.rand(4)
        try before.restore()
        try expectSameBits(Tensor.rand(4), first)
        try RandomState(before.stateDict()).restore()
        try expectSameBits(Tensor.rand(4), first)
        try before.restore()
        #expect(try RandomState.restoring { try Tensor.rand(9).count } == 9)
        try expectSameBits(Tensor.rand(4), first)
        #expect(throws: StateDictError.self) { try RandomState([:]) }
    }
}
