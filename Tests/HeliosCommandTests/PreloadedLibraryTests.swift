#if canImport(Glibc)
    import Foundation
    import TestSupport
    import Testing

    /// A library that is loaded before the program's own, as faketime and many tools are.
    @Suite("A preloaded library")
    struct PreloadedLibraryTests {
        private static let compiler = ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang"].first {
            FileManager.default.isExecutableFile(atPath: $0)
        }

        // Looking up what is not there leaves a text that the next look-up frees, before the program's own memory
        // functions have found those that come after them.
        private static let source = """
            #define _GNU_SOURCE
            #include <dlfcn.h>
            #include <stdio.h>
            #include <sys/stat.h>

            static void fail(void) {
              for (int time = 0; time < 2; ++time) dlsym(RTLD_NEXT, "no_such");
            }

            __attribute__((constructor)) static void begin(void) {
              fail();
              fputs("preloaded\\n", stderr);
            }

            int stat(const char *path, struct stat *out) {
              fail();
              return fstatat(-100 /* AT_FDCWD */, path, out, 0);
            }
            """

        @Test(
            "may fail to look up a function before anything else is done",
            .enabled(if: compiler != nil, "there is no C compiler"))
        func failedLookUp() throws {
            try withTemporaryFolder { folder in
                let (source, library) = (folder.appending(path: "a.c"), folder.appending(path: "a.so"))
                try Data(PreloadedLibraryTests.source.utf8).write(to: source)
                let compilation = try Program.other(
                    PreloadedLibraryTests.compiler ?? "", "-shared", "-fPIC", "-o", library.path, source.path, "-ldl")
                try #require(compilation.status == 0, "\(compilation.errors)")
                let environment = ["LD_PRELOAD": library.path]
                let version = try Program.run("--version", environment: environment)
                #expect(version.status == 0)
                // Else the library was not loaded, and this shows nothing.
                #expect(version.errors.contains("preloaded"))
                let shown = try Program.run("checkpoint", "show", fixtureFile("sgd"), environment: environment)
                #expect(shown.status == 0)
                #expect(shown.output == (try Program.run("checkpoint", "show", fixtureFile("sgd"))).output)
            }
        }
    }
#endif
