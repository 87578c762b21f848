import Foundation
import TestSupport
import Testing
import Torch

@Suite(.serialized) struct LibTorchTests {
    @Test("the version is one that this project supports")
    func version() {
        #expect(["2.11.", "2.12.", "2.13."].contains { LibTorch.version.hasPrefix($0) })
    }

    @Test("the number of threads can be set; none, fewer or countless ones are an error")
    func threads() throws {
        let before = LibTorch.threadCount
        defer { try? LibTorch.setThreadCount(before) }
        #expect(before >= 1)
        for count in [0, -1, Int.min, 1025, Int.max] {
            let error = #expect(throws: TorchError.self) { try LibTorch.setThreadCount(count) }
            #expect(error?.message.contains("\(count)") == true)
        }
        try LibTorch.setThreadCount(1)
        #expect(LibTorch.threadCount == 1)
        #expect(try Tensor.ones(1000, 100).sum().item(Int.self) == 100_000)
    }

    @Test("deterministic algorithms can be asked for")
    func determinism() throws {
        #expect(!LibTorch.isDeterministic)
        try LibTorch.setDeterministic(true)
        #expect(LibTorch.isDeterministic)
        try LibTorch.setDeterministic(false)
        #expect(!LibTorch.isDeterministic)
    }

    @Test("denormal numbers are zero if that is asked for, on all threads of an operation")
    func denormals() throws {
        let threads = LibTorch.threadCount
        defer {
            try? LibTorch.setFlushesDenormals(false)
            try? LibTorch.setThreadCount(threads)
        }
        try LibTorch.setThreadCount(2)
        func zeros() throws -> Int {
            // Enough for both threads.
            try Tensor.full([200_000], 1e-38).mul(0.01).eq(0).sum().item(Int.self)
        }
        #expect(try zeros() == 0 && !LibTorch.flushesDenormals)
        try LibTorch.setFlushesDenormals(true)
        #expect(try zeros() == 200_000 && LibTorch.flushesDenormals)
        try LibTorch.setFlushesDenormals(false)
        #expect(try zeros() == 0 && !LibTorch.flushesDenormals)
    }

    @Test("oneDNN can be switched off and on, and a convolution is the same but for rounding", .standardGenerator)
    func oneDNN() throws {
        #expect(LibTorch.isOneDNNEnabled)
        defer { try? LibTorch.setOneDNNEnabled(true) }
        let (input, weight) = (try Tensor.randn(2, 3, 8, 8), try Tensor.randn(4, 3, 3, 3))
        let with = try Tensor.conv2d(input, weight: weight)
        try LibTorch.setOneDNNEnabled(false)
        #expect(!LibTorch.isOneDNNEnabled)
        let without = try Tensor.conv2d(input, weight: weight)
        #expect(try with.allclose(without, rtol: 1e-4, atol: 1e-5))
    }

    #if os(Linux)
        @Test("a thread that is to use no other has MKL use no other, also after a greater number was set on it")
        func oneThread() throws {
            typealias MaxThreads = @convention(c) () -> Int32
            // A libtorch without MKL has no such function.
            guard let address = dlsym(nil, "MKL_Get_Max_Threads") else { return }
            let maxThreads = unsafeBitCast(address, to: MaxThreads.self)
            let before = LibTorch.threadCount
            defer { try? LibTorch.setThreadCount(before) }
            try LibTorch.setThreadCount(3)
            LibTorch.useOneThreadOnThisThread()
            #expect(LibTorch.threadCount == 1 && maxThreads() == 1)
        }
    #endif
}
