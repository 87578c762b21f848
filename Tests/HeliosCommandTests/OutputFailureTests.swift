import Foundation
import TestSupport
import Testing

/// What the program says when its output goes nowhere.
@Suite("Output that cannot be written")
struct OutputFailureTests {
    private static let hasFullDevice = FileManager.default.fileExists(atPath: "/dev/full")

    @Test(
        "is an error of every command, whatever it would have answered",
        .enabled(if: hasFullDevice, "there is no /dev/full"),
        arguments: [
            "--help", "--version", "checkpoint diff --help", "checkpoint show A", "checkpoint show --json A",
            "checkpoint verify A", "checkpoint verify --json A", "checkpoint diff A B", "checkpoint diff --json A A",
            "checkpoint convert --json A C", "checkpoint migrate --json D",
        ])
    func fullDevice(arguments: String) throws {
        try withTemporaryFolder { folder in
            let names = [
                "A": fixtureFile("sgd"), "B": fixtureFile("adamw"), "C": "'\(folder.path)/c.pth'", "D": folder.path,
            ]
            try FileManager.default.copyItem(atPath: fixtureFile("sgd"), toPath: folder.path + "/a.pth")
            let words = arguments.split(separator: " ").map { names[String($0)] ?? String($0) }
            let program = try Program.shell("exec \"$0\" \(words.joined(separator: " ")) > /dev/full")
            #expect(program.status == 2)
            #expect(program.errors == "helios: the output cannot be written: No space left on device\n")
        }
    }

    @Test("is not a failure if nothing was to be printed", .enabled(if: hasFullDevice, "there is no /dev/full"))
    func nothingPrinted() throws {
        let file = fixtureFile("sgd")
        #expect(try Program.shell("exec \"$0\" checkpoint diff '\(file)' '\(file)' > /dev/full").status == 0)
    }

    @Test("because the stream is closed is an error too, and no file that is opened takes its place")
    func closedStream() throws {
        let closed = try Program.shell("exec \"$0\" checkpoint show '\(fixtureFile("sgd"))' >&-")
        #expect(closed.status == 2)
        #expect(closed.errors == "helios: the output cannot be written: Bad file descriptor\n")
        try withTemporaryFolder { folder in
            let target = folder.appending(path: "a.safetensors").path
            let program = try Program.shell(
                "exec \"$0\" checkpoint convert '\(fixtureFile("shared"))' '\(target)' <&- >&- 2>&-")
            #expect(program.status == 0)
            #expect(try Program.run("checkpoint", "verify", target).status == 0)
        }
    }

    @Test("because no one reads any more ends the program quietly", arguments: ["", "trap '' PIPE;"])
    func closedPipe(preparation: String) throws {
        // The other side has ended when the program begins: it is not there to wait for its input.
        let program = try Program.shell(
            "\(preparation) { sleep 0.2; \"$0\" checkpoint show '\(fixtureFile("sgd"))'; echo $? >&2; } | true")
        #expect(program.errors == "141\n")
    }

    @Test("errors that cannot be written do not crash it", .enabled(if: hasFullDevice, "there is no /dev/full"))
    func fullErrors() throws {
        #expect(try Program.shell("exec \"$0\" checkpoint show /nothing 2> /dev/full").status == 2)
        #expect(try Program.shell("exec \"$0\" checkpoint show /nothing 2>&-").status == 2)
    }
}
