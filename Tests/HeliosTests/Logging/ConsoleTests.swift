import Foundation
import Testing

@testable import Helios

@Suite struct ConsoleTests {
    @Test("lines go to the output, warnings and the changing line to the errors, and the changing line makes room")
    func streams() throws {
        let (output, errors) = (Pipe(), Pipe())
        let console = Console(
            output: output.fileHandleForWriting.fileDescriptor, errors: errors.fileHandleForWriting.fileDescriptor,
            isTerminal: true)
        console.showStatus("half")
        console.printLine("a line")
        console.showStatus(String(repeating: "x", count: 500))
        console.printWarning("careful")
        console.endProgress()
        #expect(text(output) == "a line\n")
        let clear = "\r\u{1B}[K"
        let row = String(repeating: "x", count: 79)
        #expect(text(errors) == "\rhalf\u{1B}[K" + clear + "\r\(row)\u{1B}[K" + clear + "warning: careful\n")
    }

    @Test("what acts on a terminal does not reach it, in lines, warnings and the changing line")
    func controlCharacters() {
        let (output, errors) = (Pipe(), Pipe())
        let console = Console(
            output: output.fileHandleForWriting.fileDescriptor, errors: errors.fileHandleForWriting.fileDescriptor,
            isTerminal: true)
        console.printLine("a\u{1B}[2J\nb")
        console.printWarning("\u{202E}c")
        console.showStatus("d\r\ne")
        #expect(text(output) == "a\\u{1B}[2J\nb\n")
        #expect(text(errors) == "warning: \\u{202E}c\n\rd\\r\\ne\u{1B}[K")
    }

    @Test("without a terminal there is no changing line")
    func noTerminal() {
        let errors = Pipe()
        let descriptor = errors.fileHandleForWriting.fileDescriptor
        let console = Console(output: descriptor, errors: descriptor, isTerminal: false)
        console.showStatus("half")
        console.endProgress()
        #expect(text(errors) == "")
    }

    @Test("a pipe that nobody reads, and a descriptor that is closed, lose what is written and nothing else")
    func noReader() throws {
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        for descriptor in [pipe.fileHandleForWriting.fileDescriptor, -1] {
            let console = Console(output: descriptor, errors: descriptor, isTerminal: true)
            console.showStatus("half")
            console.printLine("a line")
            console.printWarning("careful")
        }
        var pending = sigset_t()
        #expect(sigpending(&pending) == 0 && sigismember(&pending, SIGPIPE) == 0)
    }

    private func text(_ pipe: Pipe) -> String {
        try? pipe.fileHandleForWriting.close()
        return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
}
