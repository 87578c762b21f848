import Torch

/// What an optimizer remembers about each parameter, under PyTorch's names: the number of steps it made, and tensors
/// like it.
///
/// A parameter has an entry from its first step on.
struct ParameterMemory {
    /// How the number of steps is kept, and how it stands in the state.
    enum Steps {
        /// Not at all.
        case none
        /// As a number; a float32 tensor in the state.
        case number
        /// As a number; an integer in the state.
        case integer
        /// As a float32 tensor on the parameter's device, which a fused kernel reads there.
        case counter
    }

    // A class, since a step reads each several times, and copying one would cost more than the rest of the step.
    private final class Entry {
        var step = 0
        var counter: StepCounter?
        var numbers: [Float]
        /// Real views if the parameter is complex; see `GradientBucket`.
        var buffers: [Tensor?]
        let isComplex: Bool
        /// How the parameter lay in memory when the buffers were last compared with it; `nil` if not in the order of
        /// its indices.
        var layout: Layout?

        init(numbers: [Float], buffers: [Tensor?], isComplex: Bool) {
            self.numbers = numbers
            self.buffers = buffers
            self.isComplex = isComplex
        }
    }

    private struct Layout: Equatable {
        let count: Int
        let dtype: DType
        let device: Device
    }

    private let steps: Steps
    private let numbers: [String]
    private let buffers: [String]
    private let optionalBuffers: Set<String>
    private var entries: [Entry?] = []

    /// - Parameters:
    ///   - numbers: names of numbers, each a float32 tensor in the state.
    ///   - buffers: names of tensors that have the shape, type, device and memory order of their parameter.
    ///   - optionalBuffers: those buffers that not every parameter has.
    init(
        steps: Steps = .none, numbers: [String] = [], buffers: [String] = [], optionalBuffers: Set<String> = []
    ) {
        self.steps = steps
        self.numbers = numbers
        self.buffers = buffers
        self.optionalBuffers = optionalBuffers
    }

    // MARK: In a step

    /// Creates entries for those parameters of a bucket that have none.
    mutating func begin(_ bucket: GradientBucket, numbers: [Float] = []) throws {
        if let last = bucket.indices.last, last >= entries.count {
            entries += [Entry?](repeating: nil, count: last + 1 - entries.count)
        }
        var fresh: StepCounter?
        for (position, index) in bucket.indices.enumerated() {
            let count = bucket.counts[position]
            let layout = count < 0 ? nil : Layout(count: count, dtype: bucket.dtype, device: bucket.device)
            if entries[index] == nil {
                let entry = Entry(
                    numbers: numbers, buffers: [Tensor?](repeating: nil, count: buffers.count),
                    isComplex: bucket.dtype.isComplex)
                if case .counter = steps {
                    let counter = try fresh ?? StepCounter(0, on: bucket.device)
                    counter.holders += 1
                    fresh = counter
                    entry.counter = counter
                }
                entry.layout = layout
                entries[index] = entry
            } else if layout == nil || entries[index]?.layout != layout {
                try move(index, to: bucket.parameters[position])
                entries[index]?.layout = layout
            }
        }
    }

    /// Gives the buffers the memory layout of their parameter, which was changed or moved.
    private mutating func move(_ index: Int, to parameter: Tensor) throws {
        for (buffer, name) in buffers.enumerated() {
            guard let known = entries[index]?.buffers[buffer] else { continue }
            entries[index]?.buffers[buffer] = try laidOut(
                known, like: parameter, what: "'\(name)' of parameter \(index)")
        }
    }

    /// Returns the buffers of a bucket's parameters; new ones are filled with `initial`. Call it after `begin`.
    mutating func buffers(_ name: String, of bucket: GradientBucket, initial: Double = 0) throws -> [Tensor] {
        guard let buffer = buffers.firstIndex(of: name) else { return [] }
        var tensors: [Tensor] = []
        tensors.reserveCapacity(bucket.indices.count)
        for (index, parameter) in zip(bucket.indices, bucket.parameters) {
            guard let known = entries[index]?.buffers[buffer] else {
                let fresh =
                    initial == 0
                    ? try Tensor.zerosLike(parameter.detach())
                    : try Tensor.fullLike(parameter.detach(), initial)
                entries[index]?.buffers[buffer] = fresh
                tensors.append(fresh)
                continue
            }
            tensors.append(known)
        }
        return tensors
    }

    /// Whether a parameter has a buffer yet.
    func hasBuffer(_ name: String, at index: Int) -> Bool {
        guard entries.indices.contains(index), let buffer = buffers.firstIndex(of: name) else { return false }
        return entries[index]?.buffers[buffer] != nil
    }

    /// Forgets the entry of a parameter.
    mutating func forget(_ index: Int) {
        if entries.indices.contains(index) { entries[index] = nil }
    }

    /// Counts a step of each parameter of a bucket, and returns how many each has made. Call it after `begin`.
    mutating func count(_ bucket: GradientBucket) -> [Double] {
        bucket.indices.map { index in
            entries[index]?.step += 1
            return Double(entries[index]?.step ?? 1)
        }
    }

    /// Counts a step of each parameter of a bucket on the device, where a kernel reads it, and returns the counters,
    /// and those of them that differ. Call it after `begin`.
    ///
    /// Parameters that always step together share a counter, so that a step counts once.
    mutating func countOnDevice(_ bucket: GradientBucket) throws -> (counters: [Tensor], distinct: [Tensor]) {
        if let shared = bucket.indices.first.flatMap({ entries[$0]?.counter }),
            shared.holders == bucket.indices.count, shared.tensor.device == bucket.device,
            bucket.indices.allSatisfy({ entries[$0]?.counter === shared })
        {
            try shared.tensor.add_(1)
            return ([Tensor](repeating: shared.tensor, count: bucket.indices.count), [shared.tensor])
        }
        var shares: [(counter: StepCounter, indices: [Int])] = []
        for index in bucket.indices {
            guard let counter = entries[index]?.counter else { continue }
            if let share = shares.lastIndex(where: { $0.counter === counter }) {
                shares[share].indices.append(index)
            } else {
                shares.append((counter, [index]))
            }
        }
        var distinct: [Tensor] = []
        for (counter, indices) in shares {
            var counter = counter
            if counter.holders != indices.count || counter.tensor.device != bucket.device {
                // The others keep their count.
                counter.holders -= indices.count
                counter = StepCounter(copying: try counter.tensor.to(bucket.device).clone(), holders: indices.count)
                for index in indices { entries[index]?.counter = counter }
            }
            distinct.append(counter.tensor)
        }
        if !distinct.isEmpty { try Tensor.foreachAdd_(distinct, scalar: 1) }
        return (bucket.indices.compactMap { entries[$0]?.counter?.tensor }, distinct)
    }

    /// Returns a number of each parameter of a bucket. Call it after `begin`.
    func numbers(_ name: String, of bucket: GradientBucket) -> [Float] {
        guard let number = numbers.firstIndex(of: name) else { return [] }
        return bucket.indices.map { entries[$0]?.numbers[number] ?? 0 }
    }

    mutating func setNumbers(_ name: String, of bucket: GradientBucket, to values: [Float]) {
        guard let number = numbers.firstIndex(of: name) else { return }
        for (index, value) in zip(bucket.indices, values) { entries[index]?.numbers[number] = value }
    }

    // MARK: State

    /// Returns what is remembered about a parameter, in PyTorch's layout.
    func state(at index: Int) throws -> StateDict? {
        guard entries.indices.contains(index), let entry = entries[index] else { return nil }
        var state = StateDict()
        switch steps {
        case .none: break
        case .number: state["step"] = .tensor(try Tensor.full([], entry.step, dtype: .float32))
        case .integer: state["step"] = .int(entry.step)
        // This is a copy, since PyTorch would count a shared one several times.
        case .counter: state["step"] = try entry.counter.map { .tensor(try $0.tensor.clone()) }
        }
        for (name, number) in zip(numbers, entry.numbers) {
            state[name] = .tensor(try Tensor.full([], Double(number), dtype: .float32))
        }
        for (name, buffer) in zip(buffers, entry.buffers) {
            guard let buffer else { continue }
            state[name] = .tensor(entry.isComplex ? try Tensor.viewAsComplex(buffer) : buffer)
        }
        return state.isEmpty ? nil : state
    }

    /// The names that a parameter's state may have.
    private var names: [String] { (steps == .none ? [] : ["step"]) + numbers + buffers }

    /// Restores the states of all parameters, in PyTorch's layout.
    ///
    /// - Parameter optimizer: the class, for messages.
    /// - Throws: if a state does not fit its parameter, or has something that this optimizer does not keep; then
    ///   nothing has changed.
    mutating func restore(_ states: [StateDict?], of parameters: [Tensor], optimizer: Any.Type) throws {
        for (index, state) in states.enumerated() {
            let unknown = state?.keys.map(\.description).filter { !names.contains($0) } ?? []
            guard unknown.isEmpty else {
                throw OptimizerError(
                    "the state was not saved by \(optimizer): parameter \(index) has \(quoted(unknown)) there, which "
                        + "\(optimizer) does not keep")
            }
        }
        var counters: [StepCounter] = []
        func counter(_ step: Int, on device: Device) throws -> StepCounter {
            let known = counters.first { $0.start == step && $0.tensor.device == device }
            let counter = try known ?? StepCounter(step, on: device)
            if known == nil { counters.append(counter) }
            counter.holders += 1
            return counter
        }
        entries = try zip(states, parameters).enumerated().map { index, pair in
            guard let state = pair.0, !state.isEmpty else { return nil }
            let entry = Entry(numbers: [], buffers: [], isComplex: pair.1.dtype.isComplex)
            if case .none = steps {} else { entry.step = try restoredStep(state, index) }
            if case .counter = steps { entry.counter = try counter(entry.step, on: pair.1.device) }
            entry.numbers = try numbers.map { try Float(restoredNumber(state, $0, index)) }
            entry.buffers = try buffers.map { name in
                if optionalBuffers.contains(name) {
                    // Python writes a momentum of `None` if there was no momentum.
                    if state[name] == nil { return nil }
                    if case .some(.none) = state[name] { return nil }
                }
                let buffer = try restored(state, name, like: pair.1, index)
                return entry.isComplex ? try realView(of: buffer) : buffer
            }
            guard steps != .none || entry.buffers.contains(where: { $0 != nil }) else { return nil }
            return entry
        }
    }
}

/// The number of steps made by parameters that always step together.
private final class StepCounter {
    /// A float32 number.
    let tensor: Tensor
    /// The count that it began with.
    let start: Int
    /// The number of parameters that it counts for.
    var holders = 0

    init(_ start: Int, on device: Device) throws {
        self.start = start
        tensor = try Tensor.full([], start, dtype: .float32, device: device)
    }

    init(copying tensor: Tensor, holders: Int) {
        self.tensor = tensor
        self.holders = holders
        start = -1
    }
}
