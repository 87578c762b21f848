import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Helios

@Suite struct CheckpointWriterTests {
    private let files = [URL(filePath: "/nowhere/a.pth")]

    @Test("what another thread writes is the state of the moment when it was handed over")
    func snapshot() throws {
        let go = DispatchSemaphore(value: 0)
        let values = Mutex<[Float]>([])
        let writer = CheckpointWriter(.async) { job in
            go.wait()
            values.withLock { $0 = (try? job.state.tensor("a").array(Float.self)) ?? [] }
            return .init(written: job.files)
        }
        let tensor = try Tensor.zeros([2])
        #expect(try writer.write(["a": .tensor(tensor)], to: files, removing: []) == nil)
        #expect(writer.poll() == nil)
        try tensor.add_(1)
        go.signal()
        #expect(writer.finish()?.written == files)
        #expect(values.withLock { $0 } == [0, 0])
        #expect(writer.finish() == nil && writer.poll() == nil)
    }

    @Test("the copy is gone when the writing is done")
    func memory() throws {
        weak var copy: TensorHandle?
        let handle = Mutex<WeakHandle>(WeakHandle())
        let writer = CheckpointWriter(.async) { job in
            handle.withLock { $0.handle = try? job.state.tensor("a").handle }
            return .init(written: job.files)
        }
        _ = try writer.write(["a": .tensor(try Tensor.zeros([2]))], to: files, removing: [])
        _ = writer.finish()
        copy = handle.withLock { $0.handle }
        #expect(copy == nil)
    }

    private struct WeakHandle: @unchecked Sendable {
        weak var handle: TensorHandle?
    }

    @Test("at once, nothing is copied and nothing is left to wait for")
    func sync() throws {
        let tensor = try Tensor.zeros([2])
        let writer = CheckpointWriter(.sync) { job in
            #expect((try? job.state.tensor("a").handle) === tensor.handle)
            return .init(written: job.files)
        }
        #expect(try writer.write(["a": .tensor(tensor)], to: files, removing: [])?.written == files)
        #expect(writer.finish() == nil)
    }
}
