import Foundation
import Helios
import TestSupport
import Testing

/// The program on a disk with too little room for its checkpoints.
@Suite(.serialized) struct FullDiskTests {
    private static let options = ["--epochs", "2", "--unit", "iteration", "--checkpoint-frequency", "9", "--quiet"]

    /// Whether this user may mount something in a name space of its own.
    private static let canMount: Bool = {
        let command = "unshare -rm sh -c 'mount -t tmpfs -o size=64k tmpfs /mnt' >/dev/null 2>&1"
        return (try? Program.shell(command).status) == 0
    }()

    @Test(
        "on a full disk it ends with an error that says so, and the checkpoints before are whole",
        .enabled(if: canMount, "this user may not mount a small disk (unshare -rm)"))
    func fullDisk() throws {
        try withTemporaryFolder { folder in
            let (disk, rescued) = (folder.appending(path: "disk"), folder.appending(path: "rescued"))
            try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
            let run = try Program.shell(
                """
                exec unshare -rm sh -c 'mount -t tmpfs -o size=1m tmpfs "$1" || exit 99
                    "$0" \(FullDiskTests.options.joined(separator: " ")) --folder "$1"; status=$?
                    cp -r "$1" "$2"; exit $status' "$0" '\(disk.path)' '\(rescued.path)'
                """)
            #expect(run.status == 1, "\(run.errors)")
            #expect(run.errors.contains("No space left on device"), "\(run.errors)")
            try expectWhole(rescued, atLeast: 2)
            try expectGoesOn(rescued, folder)
        }
    }

    @Test(
        "with no room for its logs it trains to its end with warnings, and what is in the logs is whole",
        .enabled(if: canMount, "this user may not mount a small disk (unshare -rm)"))
    func fullLogDisk() throws {
        try withTemporaryFolder { folder in
            let (disk, rescued) = (folder.appending(path: "logs"), folder.appending(path: "rescued"))
            try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
            let run = try Program.shell(
                """
                exec unshare -rm sh -c 'mount -t tmpfs -o size=24k tmpfs "$1/logs" || exit 99
                    "$0" --epochs 12 --log csv,jsonl,tensorboard --folder "$1"; status=$?
                    cp -r "$1/logs" "$2"; exit $status' "$0" '\(folder.path)' '\(rescued.path)'
                """)
            #expect(run.status == 0, "\(run.errors)")
            for logger in ["csv", "jsonl", "tensorboard"] {
                let warnings = run.errors.split(separator: "\n").filter {
                    $0.contains("the logger '\(logger)' cannot write") && $0.contains("No space left on device")
                }
                #expect(!warnings.isEmpty, "\(logger): \(run.errors)")
                #expect(run.errors.contains("the logger '\(logger)' failed while it wrote"), "\(logger): \(run.errors)")
            }
            #expect(run.accuracy != nil)
            #expect(folder.appending(path: "checkpoints").filesBelow.contains("digits/digits_epoch_12_iter_540.pth"))
            let records = try EventRecords.withoutTimes(
                rescued.appending(path: "tensorboard/digits/events.out.tfevents.helios"))
            #expect(records.count > 10)
            let lines = try String(contentsOf: rescued.appending(path: "digits.csv"), encoding: .utf8)
            #expect(lines.hasSuffix("\n"))
        }
    }

    @Test(
        "output that cannot be written is an error of the results and of the help",
        .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
    func fullOutput() throws {
        try withTemporaryFolder { folder in
            for arguments in ["--help", "--epochs 1 --quiet --folder '\(folder.path)'"] {
                let run = try Program.shell("exec \"$0\" \(arguments) > /dev/full")
                #expect(run.status == 1)
                #expect(run.errors == "digits: the output cannot be written: No space left on device\n")
            }
        }
    }

    @Test("if the system allows no file of that size, the checkpoint before stays")
    func fileSizeLimit() throws {
        try withTemporaryFolder { folder in
            let parts = folder.appending(path: "parts")
            #expect(
                try Program.run(
                    "--epochs", "1", "--unit", "iteration", "--checkpoint-frequency", "9", "--quiet",
                    "--folder", parts.path
                ).status == 0)
            let before = parts.appending(path: "checkpoints").filesBelow
            let run = try Program.shell(
                """
                ulimit -f 32
                exec "$0" \(FullDiskTests.options.joined(separator: " ")) --folder '\(parts.path)'
                """)
            #expect(run.status == 1, "\(run.errors)")
            #expect(run.errors.contains("File too large"), "\(run.errors)")
            #expect(parts.appending(path: "checkpoints").filesBelow == before)
            try expectWhole(parts, atLeast: 2)
            try expectGoesOn(parts, folder)
        }
    }

    /// Expects checkpoints that can be read, and nothing else beside them.
    private func expectWhole(_ folder: URL, atLeast count: Int) throws {
        let checkpoints = folder.appending(path: "checkpoints")
        let names = checkpoints.filesBelow
        #expect(names.count >= count && names.allSatisfy { $0.hasSuffix(".pth") }, "\(names)")
        for name in names { _ = try TorchFile.loadDictionary(checkpoints.appending(path: name)) }
    }

    /// Expects a run that has room again to end as one that had it always.
    private func expectGoesOn(_ parts: URL, _ folder: URL) throws {
        let whole = folder.appending(path: "whole")
        for place in [parts, whole] {
            let run = try Program.start(FullDiskTests.options + ["--folder", place.path]).wait()
            #expect(run.status == 0, "\(run.errors)")
        }
        try expectSameState(
            TorchFile.load(parts.appending(path: "digits.pth")), TorchFile.load(whole.appending(path: "digits.pth")))
    }
}
