import Foundation

/// What ranks tell each other of failures: notes in the store.
///
/// It has a connection of its own, since a thread that waits for a key keeps other threads from using a `TCPStore`.
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

    init(_ store: Store) {
        self.store = store
    }

    /// Tells of a failure. The first one of a kind stays.
    ///
    /// - Returns: whether the store answered.
    @discardableResult
    func publish(_ failure: RankFailure, as kind: Kind) -> Bool {
        bounded(FailureNews.patience) { [store] in
            let text = try JSONEncoder().encode(failure)
            _ = try store.compareSet(kind.rawValue, expected: [], desired: Array(text))
            return true
        } ?? false
    }

    /// The failure that was told of, if there is one.
    func read(_ kind: Kind) -> RankFailure? {
        bounded(FailureNews.patience) { [store] in
            guard try store.check([kind.rawValue]) else { return nil }
            return try JSONDecoder().decode(RankFailure.self, from: Data(store.get(kind.rawValue)))
        } ?? nil
    }

    /// Waits until a cause is known.
    func waitForCause(_ limit: Duration) -> RankFailure? {
        let end = ContinuousClock.now + limit
        while true {
            if let cause = read(.cause) { return cause }
            if ContinuousClock.now >= end { return nil }
            Thread.sleep(forTimeInterval: 0.02)
        }
    }

    /// Whether the host of the store answers: it is neither stopped nor gone.
    var isAnswered: Bool {
        bounded(FailureNews.patience) { [store] in _ = try store.check([Kind.cause.rawValue]) } != nil
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
