import Foundation
import Synchronization

/// What ranks tell each other of failures: notes in the store.
///
/// It has a connection of its own, since a thread that waits for a key keeps other threads from using a `TCPStore`. A
/// store whose host is stopped answers nothing, so each question has a limit; after one that was not answered, the next
/// ones are not asked.
final class FailureNews: Sendable {
    enum Kind: String {
        /// What began it: a rank threw an error, or its process ended.
        case cause
        /// What a rank noticed of another one's failure, such as a timeout.
        case consequence
    }

    /// How long the store may take to answer.
    static let patience = Duration.seconds(1)

    private let store: Store
    private let isSilent = Atomic(false)

    init(_ store: Store) {
        self.store = store
    }

    /// Tells of a failure. The first one of a kind stays.
    func publish(_ failure: RankFailure, as kind: Kind) {
        _ = ask { store in
            try store.compareSet(kind.rawValue, expected: [], desired: Array(JSONEncoder().encode(failure)))
        }
    }

    /// The failure that was told of, if there is one.
    func read(_ kind: Kind) -> RankFailure? {
        let answer = ask { store in
            guard try store.check([kind.rawValue]) else { return nil as RankFailure? }
            return try JSONDecoder().decode(RankFailure.self, from: Data(store.get(kind.rawValue)))
        }
        return answer ?? nil
    }

    /// Waits until a cause is known, the limit has passed, or the store does not answer.
    func waitForCause(_ limit: Duration) -> RankFailure? {
        let end = ContinuousClock.now + limit
        while true {
            if let cause = read(.cause) { return cause }
            if wasSilent || ContinuousClock.now >= end { return nil }
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    /// Asks whether the host of the store answers: it is neither stopped nor gone.
    func isAnswered() -> Bool {
        isSilent.store(false, ordering: .relaxed)
        return ask { store in try store.check([Kind.cause.rawValue]) } != nil
    }

    /// Whether the last question had no answer.
    var wasSilent: Bool { isSilent.load(ordering: .relaxed) }

    private func ask<Answer: Sendable>(_ question: @escaping @Sendable (Store) throws -> Answer) -> Answer? {
        if wasSilent { return nil }
        let answer = bounded(FailureNews.patience) { [store] in try question(store) }
        if answer == nil { isSilent.store(true, ordering: .relaxed) }
        return answer
    }

    // MARK: Who is there

    func announceArrival(of rank: Int) throws {
        try store.set("arrived/\(rank)", "")
    }

    /// Which of the ranks have not announced their arrival; `nil` if the store does not answer.
    func missing(_ ranks: [Int]) -> [Int]? {
        ask { store in try ranks.filter { try !store.check(["arrived/\($0)"]) } }
    }

    /// Notes that one more rank has left in good order.
    func announceDeparture() throws {
        try store.add("departed", 1)
    }

    func departedCount() throws -> Int {
        try store.add("departed", 0)
    }
}
