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

    /// Tells of this rank's own failure. The first one of a kind stays.
    ///
    /// - Parameter kind: `nil` if all know of it already.
    func tell(_ failure: RankFailure, as kind: Kind?) {
        _ = ask { store in
            try store.set("told/\(failure.rank)", "")
            if let kind { try FailureNews.note(failure, as: kind, in: store) }
        }
    }

    /// Tells of a process that failed, unless it did so itself: then its end is only what followed.
    func tellEnd(_ failure: RankFailure) {
        _ = ask { store in
            if try store.check(["told/\(failure.rank)"]) { return }
            try FailureNews.note(failure, as: .cause, in: store)
        }
    }

    private static func note(_ failure: RankFailure, as kind: Kind, in store: Store) throws {
        _ = try store.compareSet(kind.rawValue, expected: [], desired: Array(JSONEncoder().encode(failure)))
    }

    /// The failure that was told of, if there is one.
    ///
    /// - Parameter wait: how long to wait for it.
    func read(_ kind: Kind, wait: Duration = .zero) -> RankFailure? {
        let answer = ask(within: wait + FailureNews.patience) { store in
            let end = ContinuousClock.now + wait
            while try !store.check([kind.rawValue]) {
                if ContinuousClock.now >= end { return nil as RankFailure? }
                Thread.sleep(forTimeInterval: 0.02)
            }
            return try JSONDecoder().decode(RankFailure.self, from: Data(store.get(kind.rawValue)))
        }
        return answer ?? nil
    }

    /// Asks whether the host of the store answers: it is neither stopped nor gone.
    func isAnswered() -> Bool {
        isSilent.store(false, ordering: .relaxed)
        return ask { store in try store.check([Kind.cause.rawValue]) } != nil
    }

    /// Whether the last question had no answer.
    var wasSilent: Bool { isSilent.load(ordering: .relaxed) }

    private func ask<Answer: Sendable>(
        within limit: Duration = FailureNews.patience, _ question: @escaping @Sendable (Store) throws -> Answer
    ) -> Answer? {
        if wasSilent { return nil }
        let answer = bounded(limit) { [store] in try question(store) }
        if answer == nil { isSilent.store(true, ordering: .relaxed) }
        return answer
    }

    // MARK: Who is there

    func announceArrival(of rank: Int) throws {
        try store.set("arrived/\(rank)", "")
    }

    /// Which of the ranks have not announced their arrival.
    func missing(_ ranks: [Int]) throws -> [Int] {
        try ranks.filter { try !store.check(["arrived/\($0)"]) }
    }

    /// Notes that one more rank has left in good order.
    func announceDeparture() throws {
        try store.add("departed", 1)
    }

    func departedCount() throws -> Int {
        try store.add("departed", 0)
    }
}
