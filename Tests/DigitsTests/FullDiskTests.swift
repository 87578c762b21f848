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
        "with no room for its logs from the start it trains, and a run that resumes with room has the hyperparameters",
        .enabled(if: canMount, "this user may not mount a small disk (unshare -rm)"))
    func fullLogDiskAtStart() throws {
        try withTemporaryFolder { folder in
            let logs = folder.appending(path: "logs")
            try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
            let options = "--log csv,jsonl,tensorboard"
            let run = try Program.shell(
                """
                exec unshare -rm sh -c 'mount -t tmpfs -o size=512k tmpfs "$1/logs" || exit 99
                    head -c 1m /dev/zero > "$1/logs/filler" 2>/dev/null
                    "$0" --epochs 1 \(options),mlflow --folder "$1" || exit 98
                    rm "$1/logs/filler"
                    "$0" --epochs 3 \(options) --folder "$1"; status=$?
                    cp -r "$1/logs" "$1/rescued"; exit $status' "$0" '\(folder.path)'
                """)
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.errors.contains("digits.csv: No space left on device; the run continues"), "\(run.errors)")
            #expect(run.errors.contains("digits.run cannot be written, since the disk is full"), "\(run.errors)")
            let rescued = folder.appending(path: "rescued")
            let table = try String(contentsOf: rescued.appending(path: "digits.csv"), encoding: .utf8)
            #expect(table.hasPrefix("step,name,value,time\n50,"), "\(table.prefix(100))")
            let lines = try String(contentsOf: rescued.appending(path: "digits.jsonl"), encoding: .utf8)
            #expect(lines.hasPrefix("{\"step\":45,\"name\":\"hyperparameters\""), "\(lines.prefix(200))")
            #expect(lines.components(separatedBy: "\"hyperparameters\":{").count == 2)
            let board = rescued.appending(path: "tensorboard/digits")
            #expect(try EventRecords.withoutTimes(board.appending(path: "events.out.tfevents.helios")).count > 1)
            #expect(board.filesBelow.contains("events.out.tfevents.0-hyperparameters"))
        }
    }

    @Test(
        "a resume without room for what it would cut off keeps the logs whole, with warnings",
        .enabled(if: canMount, "this user may not mount a small disk (unshare -rm)"))
    func fullLogDiskAtResume() throws {
        try withTemporaryFolder { folder in
            let options = "--log csv,jsonl,tensorboard"
            // The newest checkpoint is lost, so that the logs are ahead of the one before.
            let run = try Program.shell(
                """
                "$0" --epochs 3 \(options) --folder '\(folder.path)' || exit 98
                rm '\(folder.path)'/checkpoints/digits/*_epoch_3_*.pth
                exec unshare -rm sh -c 'mv "$1/logs" "$1/before" && mkdir "$1/logs"
                    mount -t tmpfs -o size=256k tmpfs "$1/logs" || exit 99
                    cp -r "$1/before/." "$1/logs"
                    head -c 1m /dev/zero > "$1/logs/filler" 2>/dev/null
                    "$0" --epochs 3 \(options) --folder "$1"; status=$?
                    rm "$1/logs/filler"; cp -r "$1/logs" "$1/rescued"; exit $status' "$0" '\(folder.path)'
                """)
            #expect(run.status == 0, "\(run.errors)")
            let rescued = folder.appending(path: "rescued")
            for name in ["digits.csv", "digits.jsonl", "digits.log", "events.out.tfevents.helios"] {
                #expect(
                    run.errors.split(separator: "\n").contains {
                        $0.contains("\(name) cannot be cut back") && $0.contains("is in it twice")
                    }, "\(name): \(run.errors)")
            }
            #expect(rescued.filesBelow.allSatisfy { !$0.contains("discarded") }, "\(rescued.filesBelow)")
            let before = folder.appending(path: "before")
            for name in ["digits.csv", "digits.jsonl"] {
                let text = try String(contentsOf: rescued.appending(path: name), encoding: .utf8)
                #expect(try text.hasPrefix(String(contentsOf: before.appending(path: name), encoding: .utf8)))
            }
        }
    }

    @Test(
        "if not even its log files can be made it trains, and says so",
        .enabled(if: canMount, "this user may not mount a small disk (unshare -rm)"))
    func noLogFiles() throws {
        try withTemporaryFolder { folder in
            let logs = folder.appending(path: "logs")
            try FileManager.default.createDirectory(at: logs, withIntermediateDirectories: true)
            let run = try Program.shell(
                """
                exec unshare -rm sh -c 'mount -t tmpfs -o nr_inodes=1 tmpfs "$1/logs" || exit 99
                    exec "$0" --epochs 2 --log csv,jsonl,tensorboard --folder "$1"' "$0" '\(folder.path)'
                """)
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.errors.contains("digits.log: cannot be made: No space left on device"), "\(run.errors)")
            for logger in ["csv", "jsonl", "tensorboard"] {
                #expect(run.errors.contains("the logger '\(logger)' cannot begin: "), "\(run.errors)")
            }
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
