import Foundation
import Synchronization
import Torch

// Which ranks did not come. Gloo does not say; so a rank that fails tells it in the store, and who tells nothing was
// not there.

extension ProcessGroup {
    /// The error of an operation that was begun and failed, which makes the group unusable.
    ///
    /// - Parameters:
    ///   - limit: how long the operation might take.
    ///   - start: when this rank began it.
    func failure(
        _ error: TorchError, in operation: String, after limit: Duration, since start: ContinuousClock.Instant
    ) -> DistributedError {
        let kind = DistributedError.kind(of: error)
        var message =
            switch kind {
            case .timeout: "not all ranks came within \(limit.inSeconds)"
            case .connection: "a connection broke (\(DistributedError.essence(error)))"
            default: "libtorch failed (\(DistributedError.essence(error)))"
            }
        var absent: [Int] = []
        switch findAbsentRanks(since: start) {
        case .ranks(let silent, let late, let left):
            if !silent.isEmpty { message += "; \(ProcessGroup.names(silent)) did not take part" }
            if !late.isEmpty { message += "; \(ProcessGroup.names(late)) came too late" }
            if !left.isEmpty { message += "; \(ProcessGroup.names(left)) had left the group" }
            absent = (silent + late + left).sorted()
        case .noAnswer:
            message += "; the store cannot be asked who is missing, so its host has probably ended (rank 0 as a rule)"
        }
        switch kind {
        case .timeout:
            message += ". Look at the output of the missing ranks; if they are only slow, give a longer timeout"
        case .connection: message += ". Look at the output of the missing ranks for why they ended"
        default: break
        }
        let failure = self.error(kind, operation, absentRanks: absent, message)
        fail(with: failure)
        return failure
    }

    fileprivate enum Answer: Sendable {
        case ranks(silent: [Int], late: [Int], left: [Int])
        case noAnswer
    }

    /// Tells the store that this rank failed, and returns who does not do the same within a short time, or began only
    /// after this rank had failed.
    private func findAbsentRanks(since start: ContinuousClock.Instant) -> Answer {
        let failure = ContinuousClock.now
        let grace = min(1, Double(timeout.milliseconds) / 2000)
        let answer = AnswerBox()
        let isDone = DispatchSemaphore(value: 0)
        // A store whose host is stopped does not answer, and has no timeout for that.
        Thread.detachNewThread { [self] in
            let found = try? ask(start, failure, grace: .seconds(grace))
            answer.value.withLock { $0 = found }
            isDone.signal()
        }
        guard isDone.wait(timeout: .now() + grace + 0.5) == .success else { return .noAnswer }
        return answer.value.withLock { $0 } ?? .noAnswer
    }

    private func ask(
        _ start: ContinuousClock.Instant, _ failure: ContinuousClock.Instant, grace: Duration
    ) throws -> Answer {
        // Clocks of two machines differ, so a rank tells how long it had waited.
        try store.set("failed/\(rank)", String((failure - start).milliseconds))
        var silent = (0..<size).filter { $0 != rank }
        var late: [Int] = []
        while true {
            let told = try silent.filter { try store.check(["failed/\($0)"]) }
            silent.removeAll(where: told.contains)
            for other in told {
                let text = String(decoding: try store.get("failed/\(other)"), as: UTF8.self)
                let waited = Duration.milliseconds(Int64(text) ?? 0)
                if ContinuousClock.now - waited > failure + ProcessGroup.promptness { late.append(other) }
            }
            if silent.isEmpty || ContinuousClock.now > failure + grace { break }
            Thread.sleep(forTimeInterval: 0.02)
        }
        let left = try silent.filter { try store.check(["left/\($0)"]) }
        return .ranks(silent: silent.filter { !left.contains($0) }, late: late, left: left)
    }

    /// How long it may take until this rank reads what another one told.
    private static let promptness = Duration.milliseconds(100)

    /// As in `rank 2` or `ranks 2, 3`.
    private static func names(_ ranks: [Int]) -> String {
        let numbers = ranks.prefix(16).map(String.init).joined(separator: ", ")
        return "rank\(ranks.count == 1 ? "" : "s") \(numbers)\(ranks.count > 16 ? " and \(ranks.count - 16) more" : "")"
    }
}

private final class AnswerBox: Sendable {
    let value = Mutex<ProcessGroup.Answer?>(nil)
}
