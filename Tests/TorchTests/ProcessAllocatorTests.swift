#if canImport(Glibc)
    import Foundation
    import Testing
    import Torch

    /// A library must leave the functions of memory to its host: they belong to the whole process.
    @Suite("The process's own functions of memory", .enabled("a sanitizer brings its own") { !isSanitized })
    struct ProcessAllocatorTests {
        @Test(
            "a program that links Torch has none of its own",
            arguments: [
                "malloc", "calloc", "realloc", "reallocarray", "free", "posix_memalign", "aligned_alloc", "memalign",
                "malloc_usable_size", "_Znwm", "_Znam", "_ZnwmSt11align_val_t", "_ZdlPv", "_ZdaPv", "_ZdlPvm",
            ])
        func function(name: String) throws {
            // So that the program has Torch in it.
            #expect(try Tensor.zeros(2).count == 2)
            let function = try #require(dlsym(nil, name))
            #expect(try image(of: function) != image(of: #dsohandle))
        }

        /// Where the program or the library begins that an address belongs to.
        private func image(of address: UnsafeRawPointer) throws -> UnsafeRawPointer {
            // Swift does not see what the C library shows to GNU programs only: `dladdr`, and `Dl_info` with its four
            // pointers, of which the second is asked for.
            typealias LookUp = @convention(c) (UnsafeRawPointer, UnsafeMutablePointer<UnsafeRawPointer?>) -> Int32
            let lookUp = unsafeBitCast(try #require(dlsym(nil, "dladdr")), to: LookUp.self)
            var information = [UnsafeRawPointer?](repeating: nil, count: 4)
            let isFound = lookUp(address, &information) != 0
            try #require(isFound)
            return try #require(information[1])
        }
    }

    private var isSanitized: Bool {
        ["__asan_init", "__tsan_init", "__msan_init"].contains { (name: String) in dlsym(nil, name) != nil }
    }
#endif
