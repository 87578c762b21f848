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
            #expect(try file(of: function) != file(of: #dsohandle))
        }

        /// The program's file or the library's that lies at an address of this process.
        private func file(of address: UnsafeRawPointer) throws -> Substring {
            let maps = try String(contentsOfFile: "/proc/self/maps", encoding: .utf8)
            let file = maps.split(separator: "\n").lazy.compactMap { line -> Substring? in
                // As in "7f1c50a00000-7f1c50a26000 r--p 00000000 fe:01 1234    /usr/lib/libc.so.6".
                let words = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
                let bounds = words[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
                guard words.count == 6, bounds.count == 2 else { return nil }
                return (bounds[0]..<bounds[1]).contains(UInt(bitPattern: address)) ? words[5] : nil
            }.first
            return try #require(file, "\(address) lies in no file")
        }
    }

    private var isSanitized: Bool {
        ["__asan_init", "__tsan_init", "__msan_init"].contains { (name: String) in dlsym(nil, name) != nil }
    }
#endif
