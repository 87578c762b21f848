import Foundation
import Torch

/// Another rank's failure, which ended the work of all: an error that it threw, or the end of its process.
public struct RankFailure: DescribedError, Sendable, Hashable, Codable {
    /// The rank that failed.
    public let rank: Int
    /// The error that it threw; or what became of its process, as in `was killed by SIGKILL`.
    public let message: String
    /// Whether the rank's process ended without telling why.
    public let isProcessEnd: Bool

    init(rank: Int, message: String, isProcessEnd: Bool = false) {
        self.rank = rank
        self.message = message
        self.isProcessEnd = isProcessEnd
    }

    /// - Parameter status: what `waitpid` said of the process.
    /// - Returns: `nil` if the program ended as it should.
    init?(rank: Int, status: Int32) {
        let signal = status & 0x7F
        let code = (status >> 8) & 0xFF
        if signal == 0, code == 0 { return nil }
        let message = signal == 0 ? "ended with status \(code)" : "was killed by \(RankFailure.name(ofSignal: signal))"
        self.init(rank: rank, message: message, isProcessEnd: true)
    }

    public var description: String {
        isProcessEnd ? "the process of rank \(rank) \(message)" : "rank \(rank) failed: \(message)"
    }

    private static func name(ofSignal signal: Int32) -> String {
        let names: [Int32: String] = [
            SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
            SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1",
            SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
            SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
        ]
        return names[signal] ?? "signal \(signal)"
    }
}
