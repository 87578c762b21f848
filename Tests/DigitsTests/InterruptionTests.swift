import Foundation
import Helios
import TestSupport
import Testing

/// The program, ended from outside in every way there is, and run again.
@Suite(.serialized) struct InterruptionTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil

    @Test("killed at twenty random moments and run again, it ends in the bits and logs of a run that was never killed")
    func kill() async throws {
        var random = SampleRandom(seed: 14, epoch: 0, index: 0)
        try await withTemporaryFolder { folder in
            let (parts, whole) = (folder.appending(path: "parts"), folder.appending(path: "whole"))
            let options = [
                "--epochs", "8", "--unit", "iteration", "--checkpoint-frequency", "2", "--quiet",
                "--log", "csv,jsonl,tensorboard", "--folder",
            ]
            func train(in folder: URL) throws -> RunningProgram { try Program.start(options + [folder.path]) }

            let clock = ContinuousClock()
            let start = clock.now
            #expect(try train(in: whole).wait().status == 0)
            let duration = (clock.now - start) / .microseconds(1)

            var kills = 0
            var newest: Set<Int> = []
            while kills < (InterruptionTests.isThorough ? 100 : 20) {
                let log = parts.appending(path: "logs/digits.log")
                let lengthBefore = log.fileSize
                let program = try train(in: parts)
                // Most while it trains, some while it starts.
                if kills % 5 > 0 { program.wait { log.fileSize > lengthBefore } }
                usleep(UInt32(Double.random(in: 0...(duration / 20), using: &random)))
                program.send(SIGKILL)
                let run = try program.wait()
                // It may have been at its end.
                guard run.status == SIGKILL else { break }
                kills += 1
                newest.insert(parts.newestIteration(of: "digits"))
            }
            #expect(kills > 4 && newest.count > 3, "killed \(kills) times, after the iterations \(newest.sorted())")
            #expect(try train(in: parts).wait().status == 0)
            let last = "checkpoints/digits/digits_epoch_8_iter_360.pth"
            try expectSameState(
                .dictionary(TorchFile.loadDictionary(parts.appending(path: last))),
                .dictionary(TorchFile.loadDictionary(whole.appending(path: last))),
                ignoring: ["average_iter_time", "loggers"])

            let (logs, expected) = (try LogsWithoutTimes(parts), try LogsWithoutTimes(whole))
            #expect(logs.text == expected.text)
            #expect(logs.table == expected.table)
            #expect(logs.lines == expected.lines)
            #expect(logs.events == expected.events)
            guard Python.hasTensorBoard else { return }
            let numbers = try await LogsWithoutTimes.numbersInTensorBoard(parts)
            #expect(numbers.scalars.count == 4)
            #expect(try await LogsWithoutTimes.numbersInTensorBoard(whole) == numbers)
        }
    }

    @Test(
        "SIGINT, SIGTERM and SIGHUP end it after the step, with a checkpoint that it resumes from",
        arguments: [SIGINT, SIGTERM, SIGHUP])
    func signal(number: Int32) throws {
        try withTemporaryFolder { folder in
            let parts = folder.appending(path: "parts")
            let program = try Program.start(["--epochs", "200", "--folder", parts.path])
            program.wait { parts.newestIteration(of: "digits") >= 90 }
            program.send(number)
            // A terminal that closes sends it twice.
            if number == SIGHUP { program.send(number) }
            let first = try program.wait()
            let name = [SIGINT: "SIGINT", SIGTERM: "SIGTERM", SIGHUP: "SIGHUP"][number] ?? ""
            #expect(first.status == 128 + number)
            #expect(first.errors.contains("stopping after this step"))
            #expect(first.errors.contains("interrupted by \(name)") && first.errors.contains("run it again to resume"))
            let log = try String(contentsOf: parts.appending(path: "logs/digits.log"), encoding: .utf8)
            #expect(log.contains("training ended: interrupted by \(name)"))
            let iteration = parts.newestIteration(of: "digits")
            #expect(iteration >= 90)

            let epochs = "\((iteration + 44) / 45 + 1)"
            let rest = try Program.run("--epochs", epochs, "--folder", parts.path)
            #expect(rest.status == 0 && rest.output.contains("_iter_\(iteration).pth"))
            let whole = folder.appending(path: "whole")
            #expect(try Program.run("--epochs", epochs, "--folder", whole.path).accuracy == rest.accuracy)
            try expectSameState(
                .dictionary(TorchFile.loadDictionary(parts.appending(path: "digits.pth"))),
                .dictionary(TorchFile.loadDictionary(whole.appending(path: "digits.pth"))))
        }
    }

    @Test("a second signal ends it at once")
    func secondSignal() throws {
        try withTemporaryFolder { folder in
            // Stopped, it takes both signals before it does another step.
            let program = try Program.start(["--epochs", "200", "--folder", folder.path])
            program.wait { folder.newestIteration(of: "digits") > 0 }
            program.send(SIGSTOP)
            program.send(SIGINT)
            program.send(SIGTERM)
            program.send(SIGCONT)
            let run = try program.wait()
            #expect([SIGINT, SIGTERM].contains(run.status))
            #expect(!run.errors.contains("interrupted by"))
        }
    }

    @Test("it ends well even if no one reads its error stream any more, as after Ctrl-C of `digits 2>&1 | tee log`")
    func lostReader() throws {
        try withTemporaryFolder { folder in
            let command = """
                cd '\(folder.path)' && mkfifo errors && { "$0" --epochs 200 --folder . 2>errors & } && \
                exec 3<errors && exec 3<&- && while [ ! -d checkpoints/digits ]; do sleep 0.01; done; \
                kill -TERM $!; wait $!
                """
            #expect(try Program.shell(command).status == 128 + SIGTERM)
            let log = try String(contentsOf: folder.appending(path: "logs/digits.log"), encoding: .utf8)
            #expect(log.contains("training ended: interrupted by SIGTERM"))
            #expect(folder.newestIteration(of: "digits") > 0)
        }
    }

    @Test("a signal that the parent ignores is ignored")
    func ignoredSignal() throws {
        try withTemporaryFolder { folder in
            let command = """
                trap '' INT; "$0" --epochs 3 --quiet --folder '\(folder.path)' & \
                while [ ! -e '\(folder.path)/logs/digits.log' ]; do sleep 0.01; done; kill -INT $!; wait $!
                """
            let run = try Program.shell(command)
            #expect(run.status == 0 && run.accuracy != nil, "\(run.errors)")
        }
    }
}

extension URL {
    /// The length of a file in bytes; 0 if there is none.
    fileprivate var fileSize: Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    }

    /// The iteration of the newest checkpoint below a run's folder; 0 if there is none.
    func newestIteration(of name: String) -> Int {
        let files = try? FileManager.default.contentsOfDirectory(
            atPath: appending(path: "checkpoints/\(name)").path)
        return (files ?? []).compactMap { $0.firstMatch(of: /_iter_(\d+)\.pth$/).flatMap { Int($0.1) } }.max() ?? 0
    }
}
