import Foundation
import Helios
import SwiftProtobuf
import Torch

/// Shows what a run logs in TensorBoard: writes `tensorboard/<name>` in the folder of the logs.
///
/// ```swift
/// let trainer = try Trainer(.epochs(20), logs: .in(folder))
/// try trainer.register(TensorBoardLogger())
/// ```
/// `tensorboard --logdir <folder>/tensorboard` opens it, with a line for each run of the folder.
///
/// The file of a run that was killed and resumed differs from one of a run that never stopped only in times. It has
/// whole records at any moment. What a resume cuts off goes to `events.discarded`.
public final class TensorBoardLogger: RunLogger, HyperparameterKeeper {
    public let id = "tensorboard"
    public let supportedKinds = Set(LoggedKind.allCases)

    /// The events file; `nil` if no run is open.
    public var eventsFile: URL? { file?.url }

    private var file: ResumableFile?
    private var sessionFile: URL?
    private var projector: Projector?
    private var session = SessionRecords()
    /// What the file of the hyperparameters has.
    private var writtenSession: SessionRecords?
    private var charts: [String] = []
    private var buffer: [UInt8] = []
    private var warn: @Sendable (String) -> Void = { _ in }
    /// As what each name was first logged; `nil` after a warning that it came as something else.
    private var kinds: [String: LoggedKind?] = [:]

    public init() {}

    // MARK: A run

    public func open(_ run: LoggedRun) throws {
        let folder = run.folder.appending(path: "tensorboard").appending(path: run.name)
        let url = folder.appending(path: "events.out.tfevents.helios")
        let sessionFile = folder.appending(path: "events.out.tfevents.0-hyperparameters")
        var (contents, start) = try TensorBoardLogger.contents(of: url, run)
        let file = try ResumableFile(
            url,
            LoggedRun(name: run.name, folder: run.folder, start: start, environment: run.environment, warn: run.warn),
            discarded: folder.appending(path: "events.discarded"))
        if file.isUncut {
            // The disk has no room for what comes after the checkpoint. A last record that is broken would hide all
            // that follow.
            contents = try EventsFileContents(url.path, upTo: .max)
            try file.truncate(to: contents.length)
        }
        if file.length == 0 {
            do {
                try file.append(TensorBoardLogger.beginning())
            } catch  where DiskRoom.isLacking(error) {
                run.warn("\(error); the run continues, and the file begins when there is room")
            }
        }
        switch run.start {
        case .new: session = SessionRecords()
        case .resumed(let state):
            session =
                state["hyperparameters"] == nil
                ? SessionRecords() : try SessionRecords(state.dictionary("hyperparameters"))
        case .added: session = try SessionRecords(contentsOf: sessionFile.path)
        }
        projector = try Projector(run, in: folder)
        (self.file, self.sessionFile, charts, warn, kinds) = (file, sessionFile, contents.charts, run.warn, [:])
        // A file that is right already is left alone: the disk may be full.
        writtenSession = try? SessionRecords(contentsOf: sessionFile.path)
        guard session != writtenSession else { return }
        do {
            try writeSession()
        } catch  where DiskRoom.isLacking(error) {
            // Each flush tries again.
            run.warn("\(error); the run continues")
        }
    }

    package var lacksHyperparameters: Bool { session.isEmpty }

    /// The record that an events file begins with.
    private static func beginning() throws -> [UInt8] {
        var bytes: [UInt8] = []
        try bytes.append(TBEvent.version(time: Date().timeIntervalSince1970))
        return bytes
    }

    public func write(_ records: [LogRecord]) throws {
        guard let file else { return }
        buffer.removeAll(keepingCapacity: true)
        // There was no room for it.
        if file.length == 0 { buffer += try TensorBoardLogger.beginning() }
        let (chartsBefore, sessionBefore) = (charts, session)
        var problem: (any Error)?
        for record in records {
            // A record that cannot be shown does not keep the others away.
            do { try append(record) } catch { problem = problem ?? error }
        }
        do {
            try file.append(buffer)
        } catch {
            (charts, session) = (chartsBefore, sessionBefore)
            throw error
        }
        if session != sessionBefore { try writeSession() }
        if let problem { throw problem }
    }

    public func flush() throws {
        // The disk may have room again.
        if session != writtenSession { try writeSession() }
    }

    public func stateDict() throws -> StateDict {
        guard let file else { return [:] }
        var state = file.stateDict()
        if !session.isEmpty { state["hyperparameters"] = .dictionary(session.stateDict()) }
        if let list = projector?.state { state[.string(list.key)] = list.value }
        return state
    }

    public func close() throws {
        defer { (file, projector, buffer) = (nil, nil, []) }
        guard let file, !session.isEmpty else { return }
        buffer.removeAll(keepingCapacity: true)
        try buffer.append(SessionRecords.end(time: Date().timeIntervalSince1970))
        try file.append(buffer)
    }

    /// What stays of a file that is there, and how a run must start so that nothing else does.
    private static func contents(of url: URL, _ run: LoggedRun) throws -> (EventsFileContents, LoggedRun.Start) {
        let limit: Int
        switch run.start {
        case .new: return (EventsFileContents(), .new)
        case .resumed(let state): limit = state["length"] == nil ? 0 : max(0, try state.int("length"))
        case .added: limit = .max
        }
        let contents = try EventsFileContents(url.path, upTo: limit)
        guard contents.length < contents.byteCount else { return (contents, run.start) }
        run.warn(
            "\(VisibleText.of(url.path)) has no whole record after byte \(contents.length): what is behind it goes to "
                + "events.discarded")
        return (contents, .resumed(["length": .int(contents.length)]))
    }

    private func writeSession() throws {
        guard let sessionFile else { return }
        do {
            if !session.isEmpty {
                try Data(session.fileContents()).write(to: sessionFile, options: .atomic)
            } else if FileManager.default.fileExists(atPath: sessionFile.path) {
                try FileManager.default.removeItem(at: sessionFile)
            }
            writtenSession = session
        } catch {
            throw TensorBoardError.cannotWrite(sessionFile.path, error)
        }
    }

    // MARK: Records

    private func append(_ record: LogRecord) throws {
        let name = record.name
        switch record.value {
        case .scalar(let value):
            try note(name, .scalar)
            buffer.appendScalar(tag: name, step: record.step, time: record.time, value: Float(value))
        case .scalars(let values):
            try note("\(name)/", .scalars)
            if !charts.contains(name) {
                charts.append(name)
                try buffer.append(ChartLayout.event(step: record.step, time: record.time, charts: charts))
            }
            try append(record, values.sorted { $0.key < $1.key }.map { .scalar("\(name)/\($0.key)", $0.value) })
        case .images(let images):
            try note(name, .images)
            try append(record, pictures(of: images, name))
        case .confusion(let confusion):
            try note(name, .images)
            try append(
                record,
                [
                    .image(
                        name, ConfusionPicture.picture(of: confusion),
                        description: ConfusionPicture.description(of: confusion))
                ])
        case .histogram(let histogram):
            try note(name, .histogram)
            try append(record, [.histogram(name, histogram)])
        case .text(let text):
            try note(name, .text)
            try append(record, [.text(name, text)])
        case .precisionRecall(let curve):
            try note(name, .precisionRecall)
            try append(record, [.precisionRecall(name, curve)])
        case .hyperparameters(let values, let metrics):
            session.add(values, time: record.time)
            for (metric, value) in metrics.sorted(by: { $0.key < $1.key }) {
                try note(metric, .scalar)
                buffer.appendScalar(tag: metric, step: record.step, time: record.time, value: Float(value))
            }
        case .graph(let graph):
            let bytes: Data = try TBGraphDef(graph).stableBytes()
            try buffer.append(
                TBEvent.with {
                    $0.wallTime = record.time
                    $0.step = Int64(record.step)
                    $0.graphDef = bytes
                })
        case .embedding(let embedding):
            try projector?.add(name, step: record.step, embedding)
        }
    }

    private func append(_ record: LogRecord, _ values: [TBSummary.Value]) throws {
        guard !values.isEmpty else { return }
        try buffer.append(TBEvent(step: record.step, time: record.time, values))
    }

    /// One picture of all; pictures of their own if some are PNG files, which are shown as they are.
    private func pictures(of images: [LoggedImage], _ name: String) throws -> [TBSummary.Value] {
        if images.count > 1, images.contains(where: { $0.pixels == nil }) {
            return try images.enumerated().map { try .image("\(name)/\($0)", $1) }
        }
        return try ImageGrid.picture(of: images).map { [try .image(name, $0)] } ?? []
    }

    /// Takes note of what a name was first logged as, since TensorBoard shows only that.
    private func note(_ name: String, _ kind: LoggedKind) throws {
        if let known = kinds[name] {
            guard let known, known != kind else { return }
            warn(
                "'\(VisibleText.of(name))' was logged as \(known.rawValue) first, and TensorBoard shows nothing else under "
                    + "this name: give its \(kind.rawValue) another")
            kinds[name] = .some(nil)
            return
        }
        guard name != ChartLayout.tag, !name.hasPrefix("_hparams_/") else {
            throw TensorBoardError("'\(name)' is a name that TensorBoard uses itself: log it under another")
        }
        // Names that are made of numbers would fill the memory.
        if kinds.count >= 10_000 { kinds.removeAll() }
        kinds[name] = kind
    }
}
