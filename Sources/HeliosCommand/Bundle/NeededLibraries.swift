import Foundation
import Helios

/// The shared libraries that a program needs, and where the system finds them.
struct NeededLibraries {
    /// Their paths, by the names under which they are looked for. Without those of the C library and of C++, which every
    /// Linux has.
    let paths: [String: String]

    /// - Throws: `CommandError` if one is not found, or the program is none for this system.
    init(of program: String) throws {
        let run = try Subprogram.output("/usr/bin/env", ["ldd", program], without: ["LD_LIBRARY_PATH", "LD_PRELOAD"])
        guard run.status == 0 else {
            throw CommandError("\(program): the system cannot say which libraries it needs: \(run.text.firstLine)")
        }
        var paths: [String: String] = [:]
        for line in run.text.split(separator: "\n") {
            // name => /path (0x…), or name => not found; the loader itself and what the kernel provides have no arrow.
            let sides = line.components(separatedBy: " => ")
            guard sides.count == 2 else { continue }
            let name = sides[0].trimmingCharacters(in: .whitespaces)
            guard !Self.isEverywhere(name) else { continue }
            guard sides[1].hasPrefix("/"), let end = sides[1].range(of: " (0x", options: .backwards) else {
                throw CommandError("\(program): it needs the library \(name), which the system does not find")
            }
            paths[name] = String(sides[1][..<end.lowerBound])
        }
        self.paths = paths
    }

    /// Whether a library belongs to the C library, or to the compiler that the system is made with.
    private static func isEverywhere(_ name: String) -> Bool {
        let names = [
            "libc", "libm", "libdl", "librt", "libpthread", "libutil", "libresolv", "libanl", "libmvec", "libnsl",
            "libstdc++", "libgcc_s",
        ]
        return names.contains { name.hasPrefix($0 + ".so") } || name.hasPrefix("ld-linux") || name.hasPrefix("linux-")
    }
}

extension String {
    var firstLine: String { split(separator: "\n").first.map(String.init) ?? "" }
}
