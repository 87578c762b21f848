import Foundation

/// A signal that has a handler of ours until it is given back.
struct HandledSignal {
    typealias Handler = @convention(c) (Int32) -> Void

    private let number: Int32
    private let handler: Int
    private let previous: sigaction

    /// `nil` if the program handles the signal itself, or it is ignored: then nothing is changed.
    init?(_ number: Int32, handler: Handler) {
        // Asked first: to set a handler and then the old one again would lose how the old one is to be called.
        var previous = sigaction()
        guard sigaction(number, nil, &previous) == 0, previous.handlerBits == HandledSignal.defaultBits else {
            return nil
        }
        var action = sigaction()
        action.setHandler(handler)
        action.sa_flags = SA_RESTART
        guard sigaction(number, &action, nil) == 0 else { return nil }
        self.number = number
        self.handler = action.handlerBits
        self.previous = previous
    }

    /// Puts back what was there before, unless other code has set a handler in the meantime.
    func giveBack() {
        var current = sigaction()
        guard sigaction(number, nil, &current) == 0, current.handlerBits == handler else { return }
        var previous = previous
        sigaction(number, &previous, nil)
    }

    private static let defaultBits = unsafeBitCast(SIG_DFL, to: Int.self)
}

extension sigaction {
    /// Whether the process ignores the signal, as after `nohup`.
    package var ignores: Bool { handlerBits == unsafeBitCast(SIG_IGN, to: Int.self) }

    /// The handler's address, for comparison.
    fileprivate var handlerBits: Int {
        #if canImport(Darwin)
            unsafeBitCast(__sigaction_u.__sa_handler, to: Int.self)
        #else
            unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self)
        #endif
    }

    fileprivate mutating func setHandler(_ handler: HandledSignal.Handler) {
        #if canImport(Darwin)
            __sigaction_u.__sa_handler = handler
        #else
            __sigaction_handler.sa_handler = handler
        #endif
    }
}
