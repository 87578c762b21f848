/// The accumulated values of a metric: sums, and rows that are concatenated.
///
/// Two states are merged by adding the sums and concatenating the rows. If this is wrong for a metric, it overrides
/// `Metric.merge(_:)`.
public struct MetricState: Sendable {
    private var sums: [String: Tensor] = [:]
    /// What came with each `append`, so that appending does not copy what is there.
    private var rows: [String: [Tensor]] = [:]

    /// Creates an empty state.
    public init() {}

    /// Whether the state is empty.
    public var isEmpty: Bool { sums.isEmpty && rows.isEmpty }

    // MARK: Accumulating

    /// Adds a value to a sum. Integers are added in `int64`, and other numbers in `float64`.
    ///
    /// - Throws: `MetricError` if the shape differs from that of earlier values.
    public mutating func add(_ name: String, _ value: Tensor) throws {
        let value = try value.detach().to(value.dtype.isFloatingPoint ? .float64 : .int64)
        guard let sum = sums[name] else {
            sums[name] = try value.clone()
            return
        }
        guard sum.shape == value.shape else { throw Self.mismatch(name, sum.shape, value.shape) }
        sums[name] = try sum.to(value.device) + value
    }

    /// Adds a number to a sum.
    public mutating func add(_ name: String, _ value: Int) throws {
        let device = sums[name]?.device ?? .cpu
        try add(name, Tensor(value).to(device))
    }

    /// Adds a number to a sum.
    public mutating func add(_ name: String, _ value: Double) throws {
        let device = sums[name]?.device ?? .cpu
        try add(name, Tensor(value).to(device))
    }

    /// Appends a tensor to the earlier ones.
    ///
    /// - Parameter rows: `[N, …]`, with the same shape after the first dimension each time.
    /// - Throws: `MetricError` if that shape differs.
    public mutating func append(_ name: String, _ rows: Tensor) throws {
        if let first = self.rows[name]?.first, first.shape.dropFirst() != rows.shape.dropFirst() {
            throw Self.mismatch(name, first.shape, rows.shape)
        }
        self.rows[name, default: []].append(try rows.detach().clone())
    }

    /// Replaces a sum.
    mutating func set(_ name: String, _ value: Tensor) {
        sums[name] = value
    }

    // MARK: Reading

    /// Returns a sum; `nil` if nothing was added to it.
    public func sum(_ name: String) -> Tensor? { sums[name] }

    /// Returns a sum that is a single number; 0 if nothing was added to it.
    public func number(_ name: String) throws -> Double {
        try sums[name]?.to(.float64).item(Double.self) ?? 0
    }

    /// Returns the elements of a sum; an empty array if nothing was added to it.
    public func numbers(_ name: String) throws -> [Double] {
        try sums[name]?.to(.float64).flatten().array(Double.self) ?? []
    }

    /// Returns everything that was appended with a name, concatenated; `nil` if nothing was.
    public func rows(_ name: String) throws -> Tensor? {
        guard let parts = rows[name], let last = parts.last else { return nil }
        return try Tensor.cat(parts.map { try $0.to(last.device) }, dim: 0)
    }

    // MARK: Merging, saving and restoring

    /// Adds the sums of another state and appends its rows.
    ///
    /// - Throws: `MetricError` if shapes differ. In this case, nothing has changed.
    public mutating func merge(_ other: MetricState) throws {
        var merged = self
        for (name, value) in other.sums { try merged.add(name, value) }
        for (name, parts) in other.rows {
            for part in parts { try merged.append(name, part) }
        }
        self = merged
    }

    func check(_ shapes: [String: [Int]]) throws {
        for (name, shape) in shapes {
            if let sum = sums[name], sum.shape != shape { throw Self.mismatch(name, shape, sum.shape) }
        }
    }

    func stateDict() throws -> StateDict {
        var (sumState, rowState) = (StateDict(), StateDict())
        for (name, sum) in sums.sorted(by: { $0.key < $1.key }) { sumState[.string(name)] = .tensor(sum) }
        for name in rows.keys.sorted() { rowState[.string(name)] = try rows(name).map { .tensor($0) } }
        return ["sums": .dictionary(sumState), "rows": .dictionary(rowState)]
    }

    init(_ state: StateDict) throws {
        let (sumState, rowState) = (try state.dictionary("sums"), try state.dictionary("rows"))
        for name in sumState.names { sums[name] = try sumState.tensor(name) }
        for name in rowState.names { rows[name] = [try rowState.tensor(name)] }
    }

    private static func mismatch(_ name: String, _ expected: [Int], _ found: [Int]) -> MetricError {
        MetricError(
            "'\(name)' has the shape \(found) and must have \(expected): merge, restore and update a metric with the same "
                + "options, and reset it before others")
    }
}

/// Invalid data for a metric, or invalid options.
public struct MetricError: DescribedError, Equatable {
    /// The reason, and what to do about it.
    public let description: String

    /// Creates an error with a description.
    public init(_ description: String) {
        self.description = description
    }
}
