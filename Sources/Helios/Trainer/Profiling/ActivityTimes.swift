import Dispatch

/// How long each part of a run takes, and the parts of that part.
///
/// Measured on the processor: work that was handed to a GPU counts when it is waited for.
final class ActivityTimes {
    enum Part: Hashable {
        case activity(Activity)
        /// The steps of an optimizer, by its name in the model.
        case optimizer(String)
    }

    /// A part inside another: `trainStep`, or the `validStep` of the validation.
    final class Entry {
        let part: Part
        fileprivate(set) var nanoseconds: UInt64 = 0
        fileprivate(set) var calls = 0
        fileprivate(set) var entries: [Entry] = []

        fileprivate init(_ part: Part) {
            self.part = part
        }
    }

    /// What was not inside another part, in the order in which it came up.
    private(set) var entries: [Entry] = []
    private var open: [(entry: Entry, start: UInt64)] = []
    private let start = DispatchTime.now().uptimeNanoseconds

    /// How long the run takes so far.
    var wallNanoseconds: UInt64 { DispatchTime.now().uptimeNanoseconds - start }

    func measure<Result>(_ activity: Activity, _ body: () throws -> Result) rethrows -> Result {
        let depth = open.count
        begin(.activity(activity))
        defer {
            // What an error left open inside ends with this part.
            while open.count > depth { endLast() }
        }
        return try body()
    }

    func begin(_ part: Part) {
        open.append((entry(of: part), DispatchTime.now().uptimeNanoseconds))
    }

    /// Ends a part, if it is the one that began last.
    func end(_ part: Part) {
        if open.last?.entry.part == part { endLast() }
    }

    private func endLast() {
        guard let (entry, start) = open.popLast() else { return }
        entry.nanoseconds += DispatchTime.now().uptimeNanoseconds - start
        entry.calls += 1
    }

    private func entry(of part: Part) -> Entry {
        let siblings = open.last?.entry.entries ?? entries
        if let entry = siblings.first(where: { $0.part == part }) { return entry }
        let entry = Entry(part)
        if let parent = open.last?.entry {
            parent.entries.append(entry)
        } else {
            entries.append(entry)
        }
        return entry
    }
}

/// Times the steps of a model's optimizers: those that are among its stored properties after `setup`.
final class OptimizerTimers {
    private var handles: [StepHookHandle] = []

    init<Batch>(_ model: Model<Batch>, _ times: ActivityTimes) {
        for (name, optimizer) in model.namedOptimizers() {
            handles.append(optimizer.registerStepPreHook { _ in times.begin(.optimizer(name)) })
            handles.append(optimizer.registerStepPostHook { _ in times.end(.optimizer(name)) })
        }
    }

    func remove() {
        for handle in handles { handle.remove() }
        handles = []
    }
}
