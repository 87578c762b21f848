import CTorch

/// A record of what libtorch computes on one thread and in the backward passes that it begins: libtorch's profiler.
package enum OperationTrace {
    /// Something that took time.
    package struct Event: Sendable, Hashable {
        package enum Kind: Sendable, Hashable {
            /// An operation of a forward pass, or outside of any pass.
            case operation
            /// A function of a backward pass.
            case backward
            /// A span that `span` made.
            case span
            /// Work of a device other than the processor.
            case device(index: Int, stream: Int)
        }

        package let name: String
        package let kind: Kind
        /// When it began, in nanoseconds of libtorch's clock.
        package let start: UInt64
        /// How many nanoseconds it took.
        package let duration: UInt64
        /// The number of the thread that it began on, which counts from 1.
        package let thread: UInt64
        /// Links an operation with the function of the backward pass that belongs to it; `nil` for none.
        package let sequence: Int?
        /// The shapes of the inputs, as in `[2, 3], [3]`; empty if they were not recorded.
        package let shapes: String
    }

    /// Begins to record what the calling thread computes, and a CUDA device if `device` is one.
    ///
    /// - Throws: `TorchError` if a profiler records this thread already.
    package static func start(device: Device, recordsShapes: Bool) throws {
        try check(ct_trace_start(device.c.type, recordsShapes))
    }

    /// Ends the record, on the thread that it was begun on. Returns what there was, in libtorch's order.
    package static func stop() throws -> [Event] {
        let events = Events()
        try withExtendedLifetime(events) {
            try check(
                ct_trace_stop(
                    { context, event in
                        Unmanaged<Events>.fromOpaque(context).takeUnretainedValue().all.append(Event(event.pointee))
                    }, Unmanaged.passUnretained(events).toOpaque()))
        }
        return events.all
    }

    /// Runs `body` as a span of its own in the record.
    package static func span<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        let span = ct_trace_span_begin(name)
        defer { if let span { ct_trace_span_end(span) } }
        return try body()
    }

    private final class Events {
        var all: [Event] = []
    }
}

extension OperationTrace.Event {
    fileprivate init(_ event: CTTraceEvent) {
        name = String(cString: event.name)
        kind =
            if event.deviceIndex >= 0 {
                .device(index: Int(event.deviceIndex), stream: Int(event.stream))
            } else if event.isSpan {
                .span
            } else {
                event.isBackward ? .backward : .operation
            }
        start = event.startNanoseconds
        duration = event.durationNanoseconds
        thread = event.thread
        sequence = event.sequence < 0 ? nil : Int(event.sequence)
        shapes = String(cString: event.shapes)
    }
}
