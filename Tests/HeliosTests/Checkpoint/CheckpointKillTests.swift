import Foundation
import TestSupport
import Testing

@testable import Helios

/// A process that does nothing but write checkpoints, each instead of the one before, killed in the middle of it.
@Suite struct CheckpointKillTests {
    private static let isThorough = ProcessInfo.processInfo.environment["HELIOS_THOROUGH"] != nil

    @Test(
        "killed at random moments, it leaves a whole checkpoint, the newest or the one before",
        arguments: CheckpointWriteMode.allCases)
    func kill(writing: CheckpointWriteMode) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "helios-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }

        var newest = 0
        var leftoverCount = 0
        for _ in 0..<(CheckpointKillTests.isThorough ? 60 : 6) {
            let delay = UInt32.random(in: 0...60_000)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [
                    path = folder.path as String, mode = writing.rawValue as String, delay = delay as UInt32,
                    first = newest + 1 as Int
                ] in
                try writeForever(
                    in: URL(filePath: path), CheckpointWriteMode(rawValue: mode) ?? .sync, from: first, delay)
            }
            let names = folder.filesBelow
            leftoverCount += names.count { $0.hasSuffix(".tmp") }
            let checkpoints = names.compactMap { CheckpointName(fileName: $0, saveName: "net") }.sorted()
            #expect(checkpoints.count <= 3 && names.count <= checkpoints.count + 1, "\(names)")
            #expect(checkpoints.last.map { $0.iteration >= newest } ?? (newest == 0), "\(names)")
            for name in checkpoints {
                let weight = try TorchFile.loadDictionary(folder.appending(path: name.fileName)).tensor("weight")
                #expect(try weight.eq(name.iteration).all().item(Bool.self))
            }
            newest = checkpoints.last?.iteration ?? 0
            TorchFile.removeLeftovers(in: folder)
        }
        #expect(newest > 0)
        print("killed in the middle of a file \(leftoverCount) times, after \(newest) checkpoints")
    }
}

/// Never returns.
private func writeForever(
    in folder: URL, _ writing: CheckpointWriteMode, from first: Int, _ microseconds: UInt32
) throws {
    func file(_ number: Int) -> URL { folder.appending(path: "net_epoch_1_iter_\(number).pth") }
    let writer = CheckpointWriter(writing)
    let weight = try Tensor.zeros([2 << 20])
    var number = first
    while true {
        try weight.fill_(number)
        if let failure = writer.finish()?.failure { throw failure }
        _ = try writer.write(["weight": .tensor(weight)], to: [file(number)], removing: [file(number - 1)])
        if number == first + 1, !WorkerThread.start({ endIn(microseconds) }) { return }
        number += 1
    }
}

private func endIn(_ microseconds: UInt32) {
    usleep(microseconds)
    kill(getpid(), SIGKILL)
}
