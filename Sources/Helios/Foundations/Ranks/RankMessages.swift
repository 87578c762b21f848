import TorchDistributed

/// What a message of the trainer is about.
enum RankTopic: Int, CaseIterable {
    case batch, vote, interruption, validation, phase, saving, shared, losses, validationTime

    /// For messages: where a rank is that sends it.
    var place: String {
        switch self {
        case .batch: "at the end of a training batch"
        case .losses: "at the losses of a training batch"
        case .vote: "at the question whether to stop"
        case .interruption: "in a validation"
        case .validation: "at the end of a validation"
        case .validationTime: "at the question whether it is time to validate"
        case .phase: "at the question whether to advance to the next phase of the data"
        case .saving: "at a checkpoint"
        case .shared: "waiting for what rank 0 has"
        }
    }
}

/// Small messages between the ranks.
///
/// All have the same size and say what they are about, and they travel in a group of their own. So ranks that have come to
/// different places in the program find that out; Gloo would end the process if sizes differed. That is why they need no
/// second message that compares calls.
final class RankMessages: Sendable {
    /// How many numbers a message carries, besides its topic and how many there are.
    private static let capacity = 30

    private let group: ProcessGroup

    init(_ world: World) throws {
        group = try world.group.twin(verifiesCalls: false)
    }

    /// Sends numbers to all ranks, and returns those of each.
    func exchange(_ topic: RankTopic, _ numbers: [Double]) throws -> [[Double]] {
        var received = [[Double]](repeating: [], count: group.size)
        var rest = numbers[...]
        repeat {
            let part = rest.prefix(RankMessages.capacity)
            rest = rest.dropFirst(part.count)
            let message = [Double(topic.rawValue), Double(numbers.count)] + part
            let filled = message + Array(repeating: 0, count: RankMessages.capacity + 2 - message.count)
            let rows = try group.allGather(Tensor(filled)).map { try $0.array(Double.self) }
            try check(rows)
            for (rank, row) in rows.enumerated() { received[rank] += row[2..<(2 + part.count)] }
        } while !rest.isEmpty
        return received
    }

    private func check(_ rows: [[Double]]) throws {
        guard let other = rows.firstIndex(where: { $0[0..<2] != rows[0][0..<2] }) else { return }
        // Losses that travel with gradients need no message, and those that a rank adds do.
        if Set([rows[0][0], rows[other][0]]) == Set([RankTopic.batch, .losses].map { Double($0.rawValue) }) {
            throw RanksError(
                "the losses of rank \(other) have other names than those of rank 0, or do not all come from minimize: "
                    + "all ranks must put the same ones into lossItems")
        }
        func place(_ rank: Int) -> String {
            let topic = RankTopic(rawValue: Int(rows[rank][0]))?.place ?? "somewhere else"
            return "rank \(rank) is \(topic) with \(Int(rows[rank][1])) values"
        }
        throw RanksError(
            "the ranks have come to different places in the training: \(place(0)), \(place(other)). All ranks must have "
                + "the same data, options and losses, and their hooks must decide alike")
    }
}

/// Ranks that don't do the same thing.
public struct RanksError: DescribedError, Equatable {
    /// What differs, and what to do.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
