import Foundation
import Testing

@testable import Helios

@Suite struct ConsoleTests {
    private let status = ProgressStatus(
        bars: [.init(name: "epoch\u{1B}", done: 1, total: 2, fraction: nil, details: [])])

    @Test("lines go to the output, warnings and the view to the errors, and the view keeps the last rows")
    func streams() throws {
        let (output, errors) = (Pipe(), Pipe())
        let console = Console(
            output: output.fileHandleForWriting.fileDescriptor, errors: errors.fileHandleForWriting.fileDescriptor,
            isTerminal: true)
        console.showView(status)
        console.printLine("a line")
        console.showView(status)
        console.printWarning("careful")
        console.endProgress()
        console.endProgress()
        #expect(text(output) == "a line\n")
        // A terminal that does not say its size has 24 rows: the last is the view's, and the others scroll.
        let room = "\u{1B}D\u{1B}[1A\u{1B}7\u{1B}[1;23r\u{1B}8"
        let drawing = "\u{1B}7\u{1B}[24;1Hepoch\\u{1B}         1/2\u{1B}[K\u{1B}8"
        let removal = "\u{1B}7\u{1B}[r\u{1B}8\u{1B}[J"
        #expect(text(errors) == room + drawing + drawing + "warning: careful\n" + removal)
    }

    @Test(
        "a view is for terminals that keep rows at their bottom",
        arguments: [
            (String?.none, false), ("", false), ("dumb", false), ("vt52", false), ("vt52-b", false),
            ("unknown", false), ("vt100", true), ("xterm-256color", true), ("screen", true), ("linux", true),
        ])
    func terminals(kind: String?, holdsView: Bool) {
        #expect(Console.canHoldView(kind) == holdsView)
    }

    @Test("what acts on a terminal does not reach it, in lines and warnings")
    func controlCharacters() {
        let (output, errors) = (Pipe(), Pipe())
        let console = Console(
            output: output.fileHandleForWriting.fileDescriptor, errors: errors.fileHandleForWriting.fileDescriptor,
            isTerminal: true)
        console.printLine("a\u{1B}[2J\nb")
        console.printWarning("\u{202E}c")
        console.printProgress("d\r\ne")
        #expect(text(output) == "a\\u{1B}[2J\nb\n")
        #expect(text(errors) == "warning: \\u{202E}c\nd\\r\\ne\n")
    }

    @Test("without a terminal there is no view")
    func noTerminal() {
        let errors = Pipe()
        let descriptor = errors.fileHandleForWriting.fileDescriptor
        let console = Console(output: descriptor, errors: descriptor, isTerminal: false)
        console.showView(status)
        console.endProgress()
        #expect(text(errors) == "")
    }

    @Test("a pipe that no one reads, and a descriptor that is closed, lose what is written and nothing else")
    func noReader() throws {
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        for descriptor in [pipe.fileHandleForWriting.fileDescriptor, -1] {
            let console = Console(output: descriptor, errors: descriptor, isTerminal: true)
            console.showView(status)
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
