import Testing

@testable import Torch

@Suite struct WarningCaptureTests {
    @Test("what libtorch warns of on a thread goes to the newest capture of the thread, until it is released")
    func capture() {
        var (outer, inner): ([String], [String]) = ([], [])
        let first = WarningCapture { outer.append($0) }
        LibTorch.warn("one")
        let second = WarningCapture { inner.append($0) }
        LibTorch.warn("two")
        second.release()
        LibTorch.warn("three")
        first.release()
        #expect(outer == ["one", "three"] && inner == ["two"])
    }

    @Test("an operation's own warning is captured")
    func operation() throws {
        var messages: [String] = []
        let capture = WarningCapture { messages.append($0) }
        defer { capture.release() }
        // One number has no variance.
        _ = try Tensor([1.0]).var()
        #expect(messages.count == 1 && messages[0].contains("degrees of freedom"), "\(messages)")
    }
}
