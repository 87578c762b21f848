import Foundation
import Synchronization
import Torch

// Which ranks did not come. Gloo does not say; so a rank that fails tells it in the store, and who tells nothing was
// not there.

extension ProcessGroup {
    /// The error of an operation that was begun and failed, which makes the group unusable.
    func failure(_ error: TorchError, in operation: String, after limit: Duration) -> DistributedError {
        let kind = DistributedError.kind(of: error)
        var message =
            switch kind {
            case .timeout: "not all ranks came within \(limit.inSeconds)"
            case .connection: "a connection broke (\(DistributedError.essence(error)))"
            default: "libtorch failed (\(DistributedError.essence(error)))"
            }
        var absent: [Int] = []
        switch findAbsentRanks() {
        case .ranks(let found, let left):
            absent = found
            if !found.isEmpty { message += "; \(ProcessGroup.names(found)) did not take part" }
            if !left.isEmpty { message += "; \(ProcessGroup.names(left)) had left the group" }
            absent = (found + left).sorted()
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
        case ranks(absent: [Int], left: [Int])
        case noAnswer
    }

    /// Tells the store that this rank failed, and returns who does not do the same within a short time.
    private func findAbsentRanks() -> Answer {
        let grace = min(1, Double(timeout.milliseconds) / 2000)
        let answer = AnswerBox()
        let isDone = DispatchSemaphore(value: 0)
        // A store whose host is stopped does not answer, and has no timeout for that.
        Thread.detachNewThread { [self] in
            let found = try? ask(until: Date(timeIntervalSinceNow: grace))
            answer.value.withLock { $0 = found }
            isDone.signal()
        }
        guard isDone.wait(timeout: .now() + grace + 0.5) == .success else { return .noAnswer }
        return answer.value.withLock { $0 } ?? .noAnswer
    }

    private func ask(until end: Date) throws -> Answer {
        try store.set("failed/\(rank)", "")
        var missing = (0..<size).filter { $0 != rank }
        while true {
            missing = try missing.filter { try !store.check(["failed/\($0)"]) }
            if missing.isEmpty || Date() > end { break }
            Thread.sleep(forTimeInterval: 0.02)
        }
        let left = try missing.filter { try store.check(["left/\($0)"]) }
        return .ranks(absent: missing.filter { !left.contains($0) }, left: left)
    }

    /// As in `rank 2` or `ranks 2, 3`.
    private static func names(_ ranks: [Int]) -> String {
        let numbers = ranks.prefix(16).map(String.init).joined(separator: ", ")
        return "rank\(ranks.count == 1 ? "" : "s") \(numbers)\(ranks.count > 16 ? " and \(ranks.count - 16) more" : "")"
    }
}

private final class AnswerBox: Sendable {
    let value = Mutex<ProcessGroup.Answer?>(nil)
}
