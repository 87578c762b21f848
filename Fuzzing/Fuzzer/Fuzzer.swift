import CLibFuzzer
import Foundation
import FuzzTargets

/// Lets libFuzzer try bytes on the target that the variable HELIOS_FUZZ_TARGET names; `scripts/fuzz` starts it.
///
/// A variable and no argument, since all of those are libFuzzer's, which also starts itself again with them.
@main
struct Fuzzer {
    static func main() {
        let name = ProcessInfo.processInfo.environment["HELIOS_FUZZ_TARGET"] ?? ""
        guard let target = FuzzTarget(rawValue: name).map({ $0.run }) ?? (name == "planted" ? PlantedFault.run : nil)
        else {
            let names = (FuzzTarget.allCases.map(\.rawValue) + ["planted"]).joined(separator: ", ")
            FileHandle.standardError.write(Data("HELIOS_FUZZ_TARGET must be one of \(names)\n".utf8))
            exit(2)
        }
        Fuzzer.target = target
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
        exit(
            LLVMFuzzerRunDriver(&count, &arguments) { bytes, count in
                Fuzzer.run([UInt8](UnsafeBufferPointer(start: bytes, count: count)))
                return 0
            })
    }

    // libFuzzer calls from one thread.
    nonisolated(unsafe) private static var target: ([UInt8], ScratchFolder) throws -> Void = FuzzTarget.pickle.run
    nonisolated(unsafe) private static let folder = try? ScratchFolder()

    private static func run(_ bytes: [UInt8]) {
        guard let folder else {
            FileHandle.standardError.write(Data("no scratch folder can be created\n".utf8))
            exit(2)
        }
        // An error is what damaged bytes should end in. What libFuzzer looks for are crashes, hangs and memory.
        try? target(bytes, folder)
    }
}
