import Torch

/// The error of several processes that work together: what was called, on which rank, what went wrong, and what to do.
public struct DistributedError: DescribedError, Sendable, Equatable {
    /// The kinds of failures.
    public enum Kind: Sendable {
        /// An argument is wrong on this rank; nothing was sent.
        case invalidArgument
        /// The ranks called different operations, or the same one with tensors that do not fit together. All ranks get
        /// this error, nothing was sent, and the group remains usable.
        case mismatch
        /// A rank did not come in time. The group cannot be used any more.
        case timeout
        /// The connection to a rank broke: its process ended, or left the group. The group cannot be used any more.
        case connection
        /// The group was destroyed on this rank, or failed before.
        case unusableGroup
        /// What another rank sent is not what it should be, or larger than it may be.
        case invalidData
        /// libtorch reports another failure. The group cannot be used any more, since other ranks may wait for this
        /// one.
        case other
    }

    /// What kind of failure it was.
    public let kind: Kind
    /// What was called, under PyTorch's name, as in `all_reduce`.
    public let operation: String
    /// The rank in the group on which it was called; `nil` if it belongs to no group.
    public let rank: Int?
    /// The ranks that did not take part, as far as that is known.
    public let absentRanks: [Int]
    /// What went wrong, and what to do.
    public let message: String

    init(_ kind: Kind, _ operation: String, rank: Int? = nil, absentRanks: [Int] = [], _ message: String) {
        self.kind = kind
        self.operation = operation
        self.rank = rank
        self.absentRanks = absentRanks
        self.message = message
    }

    /// An error that libtorch reported of a store or a connection.
    ///
    /// - Parameter advice: what to do about it.
    init(_ error: TorchError, _ operation: String, rank: Int? = nil, advice: String) {
        let text = DistributedError.essence(error) + (advice.isEmpty ? "" : ". \(advice)")
        self.init(DistributedError.kind(of: error), operation, rank: rank, text)
    }

    /// What kind of failure libtorch reports, as far as its words tell.
    static func kind(of error: TorchError) -> Kind {
        let words = error.message.lowercased()
        // "Application timeout caused pair closure" comes with the operations after the one that timed out.
        if words.contains("pair closure") { return .connection }
        if ["wait timeout", "timed out", "timeout waiting"].contains(where: words.contains) { return .timeout }
        if error.kind == .distributed { return .connection }
        return ["connection", "/gloo/", "socket"].contains(where: words.contains) ? .connection : .other
    }

    public var description: String {
        "\(operation)\(rank.map { " on rank \($0)" } ?? ""): \(message)"
    }

    /// What libtorch says, without the place in its source and without advice that fits no Swift program.
    static func essence(_ error: TorchError) -> String {
        var message = error.message
        if message.hasPrefix("["), let end = message.firstIndex(of: "]") {
            message = String(message[message.index(after: end)...].drop { $0 == " " })
        }
        if let end = message.range(of: ". This is typically caused by") {
            message = String(message[..<end.lowerBound])
        }
        while let last = message.last, last == "." || last == " " || last == "\n" { message.removeLast() }
        return message
    }
}

extension Duration {
    /// Whole milliseconds, at least one, and no more than libtorch can count with.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let limited = min(max(seconds, 0), 1 << 31)
        return max(1, limited * 1000 + max(0, attoseconds) / 1_000_000_000_000_000)
    }

    /// As in `60 s` or `0.5 s`.
    var inSeconds: String {
        let count = Double(milliseconds) / 1000
        return count == count.rounded() ? "\(Int(count)) s" : "\(count) s"
    }
}
