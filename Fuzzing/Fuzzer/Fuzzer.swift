import CLibFuzzer
import Foundation
import FuzzTargets

/// Lets libFuzzer try bytes on one of the targets: `Fuzzer <target> <what libFuzzer takes>`. `scripts/fuzz` starts it.
@main
struct Fuzzer {
    static func main() {
        guard CommandLine.argc > 1, let target = FuzzTarget(rawValue: CommandLine.arguments[1]) else {
            let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
            FileHandle.standardError.write(Data("usage: Fuzzer <target> ...; the targets are \(names)\n".utf8))
            exit(2)
        }
        Fuzzer.target = target
        // libFuzzer starts itself again by the first argument, and the target must be among the rest for that.
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
                Fuzzer.run([UInt8](UnsafeBufferPointer(start: bytes, count: count)))
                return 0
            })
    }

    // libFuzzer calls from one thread.
    nonisolated(unsafe) private static var target = FuzzTarget.pickle
    nonisolated(unsafe) private static let file = try? ScratchFile()

    private static func run(_ bytes: [UInt8]) {
        guard let file else {
            FileHandle.standardError.write(Data("no scratch file can be created\n".utf8))
            exit(2)
        }
        // An error is what damaged bytes should end in. What libFuzzer looks for are crashes, hangs and memory.
        try? target.run(bytes, file)
    }
}
