import Foundation

@testable import Helios

extension Trainer {
    /// What the trainer prints while `body` runs: lines and warnings.
    func printedText(_ body: () throws -> Void) throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "helios-printed-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let handle = try FileHandle(forWritingTo: file)
        let previous = console
        console = Console(output: handle.fileDescriptor, errors: handle.fileDescriptor, isTerminal: false)
        defer { console = previous }
        try body()
        try handle.close()
        return try String(contentsOf: file, encoding: .utf8)
    }
}
