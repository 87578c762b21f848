/// Gives a run the number of threads that its trainer asks for, and the process back its own afterwards.
final class ThreadControl {
    private let asked: ThreadCount
    private let previous = LibTorch.threadCount

    init(_ asked: ThreadCount) throws {
        self.asked = asked
        if case .count(let count) = asked { try LibTorch.setThreadCount(count) }
    }

    /// Gives the process back what it had.
    func restore() throws {
        if asked != .unchanged { try LibTorch.setThreadCount(previous) }
    }
}
