import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator) struct FolderLockTests {
    @Test("a second one is refused with the process that has the first, and gets it when that is over")
    func exclusion() throws {
        try withTemporaryFolder { folder in
            let first = try FolderLock(folder)
            #expect(first.isHeld)
            let error = #expect(throws: CheckpointError.self) { try FolderLock(folder) }
            #expect(error?.path == folder.path)
            #expect(
                error?.reason.hasPrefix("process \(ProcessInfo.processInfo.processIdentifier) on ") == true
                    && error?.reason.contains("another checkpoint folder or saveName") == true, "\(error?.reason ?? "")"
            )
            first.release()
            first.release()
            let second = try FolderLock(folder)
            #expect(folder.filesBelow == [FolderLock.fileName])
            second.release()
            #expect(folder.filesBelow.isEmpty)
        }
    }

    @Test(
        "what a killed process left locks no one out, whatever is in it",
        arguments: ["", "process 1 on here\n", "\u{0}"])
    func stale(contents: String) throws {
        try withTemporaryFolder { folder in
            try Data(contents.utf8).write(to: folder.appending(path: FolderLock.fileName))
            let lock = try FolderLock(folder)
            #expect(lock.isHeld)
            lock.release()
            #expect(folder.filesBelow.isEmpty)
        }
    }

    @Test("a FIFO in its place is an error, and not waited for", .timeLimit(.minutes(10)))
    func fifo() throws {
        try withTemporaryFolder { folder in
            let path = folder.appending(path: FolderLock.fileName).path
            try #require(mkfifo(path, 0o600) == 0)
            let error = #expect(throws: CheckpointError.self) { try FolderLock(folder) }
            #expect(
                error?.description
                    == "checkpoint \(path): cannot be opened: it is a FIFO (a named pipe), not a regular file")
        }
    }

    @Test("another process that has it is named")
    func otherProcess() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: FolderLock.fileName)
            try Data("process 4711 on elsewhere\n".utf8).write(to: file)
            let descriptor = open(file.path, O_RDWR)
            defer { close(descriptor) }
            #expect(flock(descriptor, LOCK_EX) == 0)
            let error = #expect(throws: CheckpointError.self) { try FolderLock(folder) }
            #expect(error?.reason.hasPrefix("process 4711 on elsewhere is training in this folder") == true)
        }
    }

    @Test("two trainings in one checkpoint folder: the second is refused, and the first continues unharmed")
    func twoTrainings() throws {
        final class Intruding: SmallModel {
            var error: CheckpointError?
            override func onTrainingStart() throws {
                guard let trainer, let root = trainer.options.checkpoints?.folder else { return }
                try Data().write(to: root.appending(path: "small/.helios-1.tmp"))
                do {
                    try Trainer.quiet(.epochs(1), checkpoints: .in(root, every: 1))
                        .fit(SmallModel(), SmallData())
                } catch {
                    self.error = error as? CheckpointError
                }
                // A test reads only.
                try Trainer.quiet(checkpoints: .in(root)).test(SmallModel(), SmallData())
                #expect(root.filesBelow.contains("small/.helios-1.tmp"), "the second one must not clean up")
                try FileManager.default.removeItem(at: root.appending(path: "small/.helios-1.tmp"))
            }
        }
        try withTemporaryFolder { folder in
            func train(_ model: SmallModel, _ epochs: Int) throws {
                try Trainer.quiet(.epochs(epochs), checkpoints: .in(folder, every: 1))
                    .fit(model, SmallData())
            }
            try train(SmallModel(), 1)
            let model = Intruding()
            try train(model, 2)
            #expect(model.error?.path == folder.appending(path: "small").path)
            #expect(folder.filesBelow == ["small/small_epoch_1_iter_6.pth", "small/small_epoch_2_iter_12.pth"])
        }
    }
}
