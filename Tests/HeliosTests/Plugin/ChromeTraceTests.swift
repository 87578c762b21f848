import Foundation
import TestSupport
import Testing

@testable import Helios

@Suite(.standardGenerator, .serialized) struct ChromeTraceTests {
    private struct Span {
        let name: String
        let category: String
        let start: Double
        let duration: Double
        let thread: Int
    }

    private func spans(_ file: URL) throws -> [Span] {
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        let events = try #require(json?["traceEvents"] as? [[String: Any]])
        return events.compactMap { event in
            guard event["ph"] as? String == "X", let name = event["name"] as? String,
                let category = event["cat"] as? String, let start = event["ts"] as? Double,
                let duration = event["dur"] as? Double, let thread = event["tid"] as? Int
            else { return nil }
            return Span(name: name, category: category, start: start, duration: duration, thread: thread)
        }
    }

    private func train(
        _ iterations: ClosedRange<Int>, in folder: URL, unit: TrainingUnit = .epoch, accumulation: Int = 1
    ) throws -> URL {
        let file = folder.appending(path: "traces/trace.json")
        let trainer = try Trainer.quiet(
            .of(unit, unit == .epoch ? 2 : 6), validation: .every(unit == .epoch ? 1 : 3),
            checkpoints: .in(folder.appending(path: "checkpoints"), every: unit == .epoch ? 1 : 3),
            accumulation: .batches(accumulation))
        try trainer.register(ChromeTrace(file, iterations: iterations, recordsShapes: true))
        try trainer.fit(SmallModel(), SmallData())
        return file
    }

    @Test("the trace has the steps of its iterations, what is around them, and the operations inside")
    func window() throws {
        try withTemporaryFolder { folder in
            // An epoch has 6 batches.
            let spans = try spans(train(4...6, in: folder))
            let own = spans.filter { $0.category == "helios" }
            #expect(own.count { $0.name == "trainStep" } == 3)
            #expect(own.count { $0.name == "validation" } == 1)
            #expect(own.count { $0.name == "saving the checkpoint" } == 1)
            #expect(own.contains { $0.name == "waiting for data" })
            let step = try #require(own.first { $0.name == "trainStep" })
            let operation = try #require(spans.first { $0.name == "aten::convolution" && $0.start >= step.start })
            #expect(operation.start + operation.duration <= step.start + step.duration + 1)
            #expect(operation.thread == step.thread)
            #expect(spans.contains { $0.category == "backward" && $0.name.contains("ConvolutionBackward0") })
        }
    }

    @Test("by iteration with accumulated gradients an iteration is a step", arguments: [1, 2])
    func iterations(accumulation: Int) throws {
        try withTemporaryFolder { folder in
            let spans = try spans(train(2...3, in: folder, unit: .iteration, accumulation: accumulation))
            let steps = spans.count { $0.category == "helios" && $0.name == "trainStep" }
            #expect(steps == 2 * accumulation)
            #expect(spans.count { $0.name == "validation" } == 1)
        }
    }

    @Test("operations are linked with the functions of the backward pass, and the file says where it is from")
    func links() throws {
        try withTemporaryFolder { folder in
            let data = try Data(contentsOf: train(1...1, in: folder))
            let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            let events = try #require(json?["traceEvents"] as? [[String: Any]])
            let starts = events.count { $0["ph"] as? String == "s" }
            #expect(starts > 3 && starts == events.count { $0["ph"] as? String == "f" })
            #expect(events.contains { $0["ph"] as? String == "M" && $0["name"] as? String == "process_name" })
            let shapes = events.compactMap { ($0["args"] as? [String: Any])?["shapes"] as? String }
            #expect(shapes.contains { $0.contains("[4, 1, 3, 3]") })
        }
    }

    @Test("it is in the Trace Event Format: no field is missing, and what a thread does lies in what it does around it")
    func format() throws {
        try withTemporaryFolder { folder in
            let data = try Data(contentsOf: train(4...8, in: folder))
            let json = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
            #expect(json["displayTimeUnit"] as? String == "ms")
            let events = try #require(json["traceEvents"] as? [[String: Any]])
            // In nanoseconds, which the numbers of microseconds have as their thousandths.
            func time(_ event: [String: Any], _ key: String) throws -> Int {
                let microseconds = try #require(event[key] as? Double, "\(event)")
                let nanoseconds = Int((microseconds * 1000).rounded())
                #expect(nanoseconds >= 0 && abs(Double(nanoseconds) / 1000 - microseconds) < 1e-6, "\(event)")
                return nanoseconds
            }
            var threads: [Int: [(start: Int, end: Int)]] = [:]
            var arrows: [Int: [String: (thread: Int, time: Int)]] = [:]
            for event in events {
                #expect((event["name"] as? String)?.isEmpty == false && event["pid"] as? Int == 0, "\(event)")
                let phase = try #require(event["ph"] as? String)
                if phase == "M" {
                    #expect((event["args"] as? [String: Any])?["name"] is String, "\(event)")
                    continue
                }
                #expect((event["cat"] as? String)?.isEmpty == false, "\(event)")
                let (start, thread) = (try time(event, "ts"), try #require(event["tid"] as? Int))
                switch phase {
                case "X": threads[thread, default: []].append((start, start + (try time(event, "dur"))))
                case "s", "f":
                    #expect(event["bp"] as? String == "e")
                    let isNew =
                        arrows[try #require(event["id"] as? Int), default: [:]]
                        .updateValue((thread, start), forKey: phase) == nil
                    #expect(isNew, "\(event)")
                default: Issue.record("\(event)")
                }
            }
            #expect(threads.values.reduce(0) { $0 + $1.count } > 100)
            for spans in threads.values {
                var ends: [Int] = []
                var deepest = 0
                for span in spans.sorted(by: { ($0.start, $1.end) < ($1.start, $0.end) }) {
                    while let end = ends.last, end <= span.start { ends.removeLast() }
                    #expect(ends.last.map { span.end <= $0 } ?? true, "\(span) in \(ends)")
                    ends.append(span.end)
                    deepest = max(deepest, ends.count)
                }
                #expect(deepest > 2)
            }
            #expect(arrows.count > 3)
            for (id, arrow) in arrows {
                let (from, to) = (try #require(arrow["s"], "\(id)"), try #require(arrow["f"], "\(id)"))
                #expect(from.time <= to.time)
                for end in [from, to] {
                    #expect(threads[end.thread, default: []].contains { $0.start == end.time }, "\(id)")
                }
            }
        }
    }

    @Test("the names of the operations are those that PyTorch's profiler records", .needsPyTorch)
    func beside() async throws {
        let lines = try await Python.run("operation_trace.py", [])
        let network = Linear(3, 2)
        try OperationTrace.start(device: .cpu, recordsShapes: false)
        let loss = try OperationTrace.span("forward") { try network(Tensor.ones([4, 3])).sum() }
        try loss.backward()
        let names = Set(try OperationTrace.stop().map(\.name))
        // Whether a gradient is copied or kept depends on who else holds it.
        let copying: Set = ["clone", "copy_", "detach", "empty", "empty_like", "empty_strided", "as_strided"]
        func operations(_ names: some Sequence<String>) -> [String] {
            names.filter { !copying.contains(String($0.dropFirst(6))) }.filter {
                $0.hasPrefix("aten::") || $0.hasSuffix("Backward0") || $0 == "forward"
            }.sorted()
        }
        #expect(operations(names) == operations(lines))
    }

    @Test("it changes nothing that is trained, and a second record in a thread is an error")
    func unchanged() throws {
        try withTemporaryFolder { folder in
            func losses(_ plugins: [Plugin]) throws -> [Double] {
                let trainer = try Trainer.quiet(.epochs(1))
                for plugin in plugins { try trainer.register(plugin) }
                let model = SmallModel()
                try trainer.fit(model, SmallData())
                return model.losses
            }
            let file = folder.appending(path: "trace.json")
            #expect(try losses([ChromeTrace(file, iterations: 2...3)]) == losses([]))
            #expect(throws: TorchError.self) {
                try losses([ChromeTrace(file, iterations: 1...3), ChromeTrace(file, iterations: 2...3, id: "other")])
            }
            // The first has ended its record all the same.
            try OperationTrace.start(device: .cpu, recordsShapes: false)
            _ = try OperationTrace.stop()
        }
    }

    @Test("a training that ends before the window is warned of, and what cannot be written is an error")
    func mistakes() throws {
        try withTemporaryFolder { folder in
            let trainer = try Trainer.quiet(.epochs(1))
            try trainer.register(ChromeTrace(folder.appending(path: "trace.json"), iterations: 50...60))
            let text = try trainer.printedText { try trainer.fit(SmallModel(), SmallData()) }
            #expect(text.contains("'chrome-trace' has no trace: it begins with iteration 50"))
            #expect(throws: PluginError.self) { try ChromeTrace(folder, iterations: 0...3) }
            let blocked = try Trainer.quiet(.epochs(1))
            try Data().write(to: folder.appending(path: "file"))
            try blocked.register(ChromeTrace(folder.appending(path: "file/trace.json"), iterations: 1...1))
            let error = #expect(throws: PluginError.self) { try blocked.fit(SmallModel(), SmallData()) }
            #expect(error?.description.contains("the trace cannot be written to") == true)
        }
    }
}
