import Foundation

/// A record of operations in the trace event format of Chrome, which Perfetto reads, too: "Trace Event Format", Google.
struct TraceFile {
    private let events: [OperationTrace.Event]
    private let rank: Int

    /// - Parameter rank: the number of the process, which is its number in the file.
    init(_ events: [OperationTrace.Event], rank: Int) {
        self.events = events
        self.rank = rank
    }

    /// The file.
    func data() -> Data {
        // The first number is 0, since the clock's would lose digits as a number of JSON.
        let origin = events.map(\.start).min() ?? 0
        var objects = events.map { object(of: $0, origin: origin) } + links(origin: origin) + rowNames
        objects.append(
            .object([
                .init("ph", .string("M")), .init("name", .string("process_name")), .init("pid", .int(rank)),
                .init("args", .object([.init("name", .string(rank == 0 ? "Helios" : "Helios, rank \(rank)"))])),
            ]))
        let file = JSONValue.object([
            .init("displayTimeUnit", .string("ms")), .init("traceEvents", .array(objects)),
        ])
        return Data(JSONWriter.write(file))
    }

    private func object(of event: OperationTrace.Event, origin: UInt64) -> JSONValue {
        var arguments: [JSONValue.Member] = []
        if !event.shapes.isEmpty { arguments.append(.init("shapes", .string(event.shapes))) }
        if let sequence = event.sequence { arguments.append(.init("sequence", .int(sequence))) }
        return .object([
            .init("ph", .string("X")), .init("name", .string(event.name)), .init("cat", .string(category(of: event))),
            .init("ts", microseconds(event.start &- origin)), .init("dur", microseconds(event.duration)),
            .init("pid", .int(rank)), .init("tid", thread(of: event)), .init("args", .object(arguments)),
        ])
    }

    private func category(of event: OperationTrace.Event) -> String {
        switch event.kind {
        case .operation: "operation"
        case .backward: "backward"
        case .span: "helios"
        case .device: "device"
        }
    }

    private func thread(of event: OperationTrace.Event) -> JSONValue {
        switch event.kind {
        // Away from the threads of the processor.
        case .device(let index, let stream): .int((index + 1) &* 1_000_000 &+ stream)
        case .operation, .backward, .span: .int(Int(clamping: event.thread))
        }
    }

    /// The names of the rows of devices.
    private var rowNames: [JSONValue] {
        var seen: Set<OperationTrace.Event.Kind> = []
        return events.compactMap { event in
            guard case .device(let index, let stream) = event.kind, seen.insert(event.kind).inserted else { return nil }
            return .object([
                .init("ph", .string("M")), .init("name", .string("thread_name")), .init("pid", .int(rank)),
                .init("tid", thread(of: event)),
                .init("args", .object([.init("name", .string("device \(index), stream \(stream)"))])),
            ])
        }
    }

    /// Arrows from operations to the functions of the backward pass that belong to them.
    private func links(origin: UInt64) -> [JSONValue] {
        // The last operation with a number is the innermost, which recorded it.
        var operations: [Int: OperationTrace.Event] = [:]
        for event in events where event.kind == .operation {
            guard let sequence = event.sequence else { continue }
            operations[sequence] = event
        }
        var objects: [JSONValue] = []
        var linked: Set<Int> = []
        for event in events where event.kind == .backward {
            guard let sequence = event.sequence, let operation = operations[sequence],
                linked.insert(sequence).inserted
            else { continue }
            for (phase, end) in [("s", operation), ("f", event)] {
                objects.append(
                    .object([
                        .init("ph", .string(phase)), .init("id", .int(sequence)), .init("name", .string("backward")),
                        .init("cat", .string("backward")), .init("ts", microseconds(end.start &- origin)),
                        .init("pid", .int(rank)), .init("tid", thread(of: end)), .init("bp", .string("e")),
                    ]))
            }
        }
        return objects
    }

    private func microseconds(_ nanoseconds: UInt64) -> JSONValue { .double(Double(nanoseconds) / 1000) }
}
