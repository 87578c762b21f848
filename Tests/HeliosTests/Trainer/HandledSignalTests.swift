import Foundation
import Synchronization
import Testing

@testable import Helios

/// With signals that nothing else here uses.
@Suite(.serialized) struct HandledSignalTests {
    private static let calls = Mutex<[String]>([])
    private static let ours: HandledSignal.Handler = { _ in HandledSignalTests.note("ours") }

    private static func note(_ call: String) { calls.withLock { $0.append(call) } }

    /// Who handled the signal that `body` sends.
    private func handlers(of number: Int32) -> [String] {
        HandledSignalTests.calls.withLock { $0 = [] }
        // The threads that tests run on block most signals.
        var (one, previous) = (sigset_t(), sigset_t())
        sigemptyset(&one)
        sigaddset(&one, number)
        pthread_sigmask(SIG_UNBLOCK, &one, &previous)
        raise(number)
        pthread_sigmask(SIG_SETMASK, &previous, nil)
        return HandledSignalTests.calls.withLock { $0 }
    }

    private func isDefault(_ number: Int32) -> Bool {
        let previous = signal(number, SIG_DFL)
        return unsafeBitCast(previous, to: Int.self) == unsafeBitCast(SIG_DFL, to: Int.self)
    }

    @Test("a signal is handled until it is given back")
    func giveBack() throws {
        let handled = try #require(HandledSignal(SIGUSR2, handler: HandledSignalTests.ours))
        #expect(handlers(of: SIGUSR2) == ["ours"])
        handled.giveBack()
        #expect(isDefault(SIGUSR2))
    }

    @Test("a handler that the program sets meanwhile stays")
    func later() throws {
        let handled = try #require(HandledSignal(SIGUSR2, handler: HandledSignalTests.ours))
        defer { signal(SIGUSR2, SIG_DFL) }
        signal(SIGUSR2) { _ in HandledSignalTests.note("theirs") }
        handled.giveBack()
        #expect(handlers(of: SIGUSR2) == ["theirs"])
    }

    #if os(Linux)
        @Test("a handler that the program has is left alone, with the way it wants to be called")
        func earlier() {
            var action = sigaction()
            // It gets more than the number, which a handler that is set as a plain one does not.
            action.__sigaction_handler.sa_sigaction = { number, info, _ in
                HandledSignalTests.note(info.map { "theirs \($0.pointee.si_signo == number)" } ?? "theirs, and no more")
            }
            action.sa_flags = SA_SIGINFO
            sigaction(SIGUSR2, &action, nil)
            defer { signal(SIGUSR2, SIG_DFL) }
            #expect(HandledSignal(SIGUSR2, handler: HandledSignalTests.ours) == nil)
            var now = sigaction()
            sigaction(SIGUSR2, nil, &now)
            #expect(now.sa_flags & SA_SIGINFO != 0)
            #expect(handlers(of: SIGUSR2) == ["theirs true"])
        }
    #endif

    @Test("a signal that is ignored is left alone")
    func ignored() {
        signal(SIGUSR2, SIG_IGN)
        defer { signal(SIGUSR2, SIG_DFL) }
        #expect(HandledSignal(SIGUSR2, handler: HandledSignalTests.ours) == nil)
    }
}
