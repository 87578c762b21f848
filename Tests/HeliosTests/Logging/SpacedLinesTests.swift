import Foundation
import Testing

@testable import Helios

@Suite struct SpacedLinesTests {
    private func text(_ pipe: Pipe) -> String {
        try? pipe.fileHandleForWriting.close()
        return String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    @Test("of lines in quick succession the newest waits, and appears before any other line and at the end")
    func waiting() {
        let pipe = Pipe()
        let lines = SpacedLines(descriptor: pipe.fileHandleForWriting.fileDescriptor, interval: 1000)
        #expect(!lines.writeSpaced("1\n"))
        #expect(lines.writeSpaced("2\n") && lines.writeSpaced("3\n"))
        lines.write("a\n")
        #expect(lines.writeSpaced("4\n") && lines.writeWaitingIfDue())
        lines.writeWaiting()
        #expect(!lines.writeWaitingIfDue())
        lines.writeWaiting()
        #expect(text(pipe) == "1\n3\na\n4\n")
    }

    @Test("a line that is old enough lets the next one through, or the one that waits")
    func due() {
        let pipe = Pipe()
        let lines = SpacedLines(descriptor: pipe.fileHandleForWriting.fileDescriptor, interval: 0.2)
        lines.write("a\n")
        #expect(lines.writeSpaced("1\n"))
        usleep(250_000)
        #expect(!lines.writeWaitingIfDue())
        #expect(lines.writeSpaced("2\n"))
        usleep(250_000)
        #expect(!lines.writeSpaced("3\n"))
        #expect(text(pipe) == "a\n1\n3\n")
    }

    @Test("a warning is on the stream of errors, and the line that waited before it on its own")
    func otherStream() {
        let (output, errors) = (Pipe(), Pipe())
        let console = Console(
            output: output.fileHandleForWriting.fileDescriptor, errors: errors.fileHandleForWriting.fileDescriptor,
            isTerminal: false)
        console.printLine("a")
        #expect(console.printRepeated("1") && console.printRepeated("2"))
        console.printWarning("careful")
        #expect(!console.printWaitingIfDue())
        #expect(console.printRepeated("3"))
        console.endProgress()
        #expect(text(output) == "a\n2\n3\n" && text(errors) == "warning: careful\n")
    }

    @Test("a terminal has each line")
    func terminal() {
        let pipe = Pipe()
        let descriptor = pipe.fileHandleForWriting.fileDescriptor
        let console = Console(output: descriptor, errors: descriptor, isTerminal: true)
        for line in ["1", "2", "3"] { #expect(!console.printRepeated(line)) }
        #expect(text(pipe) == "1\n2\n3\n")
    }
}
