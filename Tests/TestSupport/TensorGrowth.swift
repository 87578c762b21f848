import Foundation
import Testing
import Torch

/// Records an issue if more tensors than `limit` are left each time that `work` has been done.
///
/// Other tests run at the same time, and hold and drop thousands of tensors. Within ten attempts, with pauses that
/// grow, one finds that they hold no more at its end than at its start; what `work` itself leaves behind is there after
/// each.
///
/// - Parameter work: returns what is to be alive when tensors are counted.
public func expectTensorGrowth<Kept>(
    below limit: Int, sourceLocation: SourceLocation = #_sourceLocation, _ work: () throws -> Kept
) throws {
    var growths: [Int] = []
    for attempt in 0..<10 {
        Thread.sleep(forTimeInterval: 0.1 * Double(attempt))
        let before = Tensor.liveCount
        growths.append(try withExtendedLifetime(work()) { Tensor.liveCount - before })
        if growths.last ?? 0 < limit { return }
    }
    Issue.record("\(growths) tensors were left, each time \(limit) or more", sourceLocation: sourceLocation)
}

/// The same for work that waits.
public func expectTensorGrowth<Kept>(
    below limit: Int, sourceLocation: SourceLocation = #_sourceLocation, _ work: () async throws -> Kept
) async throws {
    var growths: [Int] = []
    for attempt in 0..<10 {
        try await Task.sleep(for: .milliseconds(100 * attempt))
        let before = Tensor.liveCount
        let kept = try await work()
        growths.append(withExtendedLifetime(kept) { Tensor.liveCount - before })
        if growths.last ?? 0 < limit { return }
    }
    Issue.record("\(growths) tensors were left, each time \(limit) or more", sourceLocation: sourceLocation)
}
