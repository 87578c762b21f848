import CTorch
import Torch

/// What a rank is about to do: what the ranks compare before they exchange tensors.
///
/// If sizes differ, Gloo throws on a thread of its own, which ends the process.
struct Announcement: Equatable {
    enum Operation: Int64, CaseIterable {
        case initialization = 1
        case broadcast, allReduce, reduce, allGather, reduceScatter, scatter, gather, allToAll, barrier, subgroup
        case message, gradients, parameters

        /// PyTorch's name.
        var name: String {
            switch self {
            case .initialization: "init_process_group"
            case .broadcast: "broadcast"
            case .allReduce: "all_reduce"
            case .reduce: "reduce"
            case .allGather: "all_gather"
            case .reduceScatter: "reduce_scatter"
            case .scatter: "scatter"
            case .gather: "gather"
            case .allToAll: "all_to_all"
            case .barrier: "barrier"
            case .subgroup: "new_group"
            case .message: "send"
            case .gradients: "average_gradients"
            case .parameters: "broadcast_parameters"
            }
        }
    }

    /// The sizes that are announced themselves; the others only as part of a hash.
    private static let sizeCount = 6
    /// How many numbers an announcement is.
    static let count = 7 + sizeCount

    let numbers: [Int64]

    /// - Parameters:
    ///   - parameter: the root's rank, or the way to combine.
    ///   - second: the way to combine, if `parameter` is the root's rank.
    ///   - shape: the shape of the tensor that each rank has.
    ///   - byteCount: the size of a message.
    init(
        _ operation: Operation, parameter: Int64 = 0, second: Int64 = 0, shape: [Int] = [], dtype: DType? = nil,
        byteCount: Int = 0
    ) {
        var sizes = shape.prefix(Announcement.sizeCount).map(Int64.init)
        sizes += Array(repeating: 0, count: Announcement.sizeCount - sizes.count)
        numbers =
            [
                operation.rawValue, parameter, second, Int64(dtype?.rawValue ?? -1), Int64(shape.count),
                // Each size as its bytes: the hash takes one byte of a number at a time.
                Int64(bitPattern: FNV1a.hash(shape.flatMap { size in (0..<8).map { size >> ($0 * 8) & 0xFF } })),
                Int64(byteCount),
            ] + sizes
    }

    init(numbers: some Sequence<Int64>) {
        self.numbers = Array(numbers)
    }

    /// The number of bytes of a message.
    var byteCount: Int64 { numbers[6] }

    /// As in `float32[2, 3]`; only the sizes if there is no tensor.
    var tensor: String {
        let sizes = numbers.suffix(Announcement.sizeCount).prefix(max(0, Int(clamping: numbers[4]))).map(String.init)
        let more = numbers[4] > Int64(Announcement.sizeCount) ? ", …" : ""
        let dtype = Int32(exactly: numbers[3]).flatMap { $0 < 0 ? nil : DType(rawValue: $0).description } ?? ""
        return dtype.isEmpty && sizes.isEmpty ? "" : "\(dtype)[\(sizes.joined(separator: ", "))\(more)]"
    }

    /// As in `all_reduce(float32[2, 3], sum)`.
    var description: String {
        guard let operation = Operation(rawValue: numbers[0]) else { return "an unknown operation" }
        if operation == .initialization { return "init_process_group(verifiesCalls: \(numbers[1] == 1))" }
        var text = "\(operation.name)(\(tensor)"
        switch operation {
        case .allReduce, .reduceScatter: text += ", \(ReduceOperation.name(numbers[1]))"
        case .reduce: text += ", \(ReduceOperation.name(numbers[2])), destination: \(numbers[1])"
        case .broadcast, .scatter: text += ", source: \(numbers[1])"
        case .gather: text += ", destination: \(numbers[1])"
        case .allGather, .allToAll, .barrier, .subgroup, .message, .gradients, .parameters, .initialization: break
        }
        return text + ")"
    }
}

extension ProcessGroup {
    /// Tells the other ranks what this one is about to do, and compares it with what they are.
    ///
    /// - Throws: ``DistributedError`` of kind `mismatch` on all ranks if it is not the same on all of them.
    func announce(_ announcement: Announcement, timeout: Duration) throws {
        let operation = Announcement.Operation(rawValue: announcement.numbers[0])?.name ?? ""
        let handle = try begin(operation)
        let start = ContinuousClock.now
        let own = try Tensor(announcement.numbers)
        let all = try Tensor.zeros([size * Announcement.count], dtype: .int64)
        defer { withExtendedLifetime((own, all)) {} }
        guard let pointer = ct_group_all_gather(handle.pointer, all.pointer, own.pointer, timeout.milliseconds) else {
            throw failure(.last(), in: operation, after: timeout, since: start)
        }
        let work = Work(WorkHandle(pointer, of: handle), operation, of: self, limit: timeout) {}
        try work.wait()
        let numbers = try all.array(Int64.self)
        let announcements = (0..<size).map { rank in
            Announcement(numbers: numbers[(rank * Announcement.count)...].prefix(Announcement.count))
        }
        guard announcements.contains(where: { $0 != announcement }) else { return }
        throw error(.mismatch, operation, mismatch(announcements))
    }

    /// Says which ranks called what, the most frequent call first.
    private func mismatch(_ announcements: [Announcement]) -> String {
        let groups = Dictionary(grouping: announcements.indices) { announcements[$0].numbers }
            .sorted { ($1.value.count, $0.value[0]) < ($0.value.count, $1.value[0]) }
        let calls = groups.prefix(4).map { numbers, ranks in
            let names = ranks.prefix(8).map(String.init).joined(separator: ", ") + (ranks.count > 8 ? ", …" : "")
            return "rank\(ranks.count == 1 ? "" : "s") \(names): \(Announcement(numbers: numbers).description)"
        }
        return "the ranks did not call the same: \(calls.joined(separator: "; "))\(groups.count > 4 ? "; …" : ""). "
            + "All ranks of a group call the same operations in the same order, with the same shapes and dtypes"
    }
}
