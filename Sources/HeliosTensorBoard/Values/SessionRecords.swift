import Foundation
import Helios
import SwiftProtobuf
import Torch

/// What the page "HParams" knows of a run: its hyperparameters, all that were logged under whatever name, and when it
/// began.
///
/// TensorBoard takes the first record of them that it finds, while a run may log more of them later. So they are in a
/// file of their own, which is rewritten each time, and whose name sorts before the name of the events file.
package struct SessionRecords: Equatable {
    /// The hyperparameters by their names.
    package private(set) var values: [String: HyperparameterValue] = [:]
    /// When the first were logged, in seconds since 1970.
    package private(set) var time: Double = 0

    var isEmpty: Bool { values.isEmpty }

    private static let startTag = "_hparams_/session_start_info"
    private static let endTag = "_hparams_/session_end_info"
    private static let plugin = "hparams"

    init() {}

    /// Adds hyperparameters, in place of others of the same names.
    mutating func add(_ values: [String: HyperparameterValue], time: Double) {
        if isEmpty { self.time = time }
        self.values.merge(values.mapValues(SessionRecords.storable)) { _, new in new }
    }

    /// A value as TensorBoard can have it: all its numbers are of 64 bits and floating-point, so that a whole number
    /// which would be rounded is a text.
    private static func storable(_ value: HyperparameterValue) -> HyperparameterValue {
        guard case .integer(let integer) = value else { return value }
        return Double(exactly: integer).map { .number($0) } ?? .text("\(integer)")
    }

    // MARK: In files

    /// The bytes of the file.
    package func fileContents() throws -> [UInt8] {
        let message = TBHParamsPluginData.with {
            $0.sessionStartInfo.hparams = values.mapValues { value in
                .with {
                    switch value {
                    case .number(let number): $0.numberValue = number
                    case .integer(let number): $0.numberValue = Double(number)
                    case .text(let text): $0.stringValue = text
                    case .bool(let flag): $0.boolValue = flag
                    }
                }
            }
            $0.sessionStartInfo.startTimeSecs = time
        }
        var bytes: [UInt8] = []
        try bytes.append(TBEvent.version(time: time))
        try bytes.append(SessionRecords.event(SessionRecords.startTag, time: time, message))
        return bytes
    }

    /// The hyperparameters in a file; none if there is no such file, or nothing in it that can be read.
    ///
    /// - Throws: `TensorBoardError` if it cannot be opened.
    package init(contentsOf path: String) throws {
        self.init()
        guard FileManager.default.fileExists(atPath: path) else { return }
        let reader = try RecordReader(path)
        while let bytes = try reader.next() {
            guard let event = try? TBEvent(serializedBytes: Array(bytes)), let value = event.summary.value.first,
                value.tag == SessionRecords.startTag,
                let message = try? TBHParamsPluginData(serializedBytes: value.metadata.pluginData.content)
            else { continue }
            time = message.sessionStartInfo.startTimeSecs
            values = message.sessionStartInfo.hparams.compactMapValues {
                switch $0.kind {
                case .numberValue(let number): .number(number)
                case .stringValue(let text): .text(text)
                case .boolValue(let flag): .bool(flag)
                case nil: nil
                }
            }
        }
    }

    /// The event that ends the run.
    static func end(time: Double) throws -> TBEvent {
        try event(
            endTag, time: time,
            TBHParamsPluginData.with {
                $0.sessionEndInfo.status = .success
                $0.sessionEndInfo.endTimeSecs = time
            })
    }

    private static func event(_ tag: String, time: Double, _ message: TBHParamsPluginData) throws -> TBEvent {
        // The message is in the description of the value, and what the value itself is does not matter.
        let content: Data = try message.stableBytes()
        return TBEvent(
            step: 0, time: time,
            [
                .tensor(tag, plugin: plugin, content) {
                    $0.dtype = .dtFloat
                    $0.floatVal = [0]
                    $0.tensorShape = TBTensorShapeProto()
                }
            ])
    }

    // MARK: In checkpoints

    init(_ state: StateDict) throws {
        self.init()
        time = try state.double("time")
        let values = try state.dictionary("values")
        for (key, value) in values {
            guard case .string(let name) = key else { continue }
            guard let value = HyperparameterValue(value) else {
                throw StateDictError("the hyperparameter '\(name)' must be a number, a text, or yes or no")
            }
            self.values[name] = value
        }
    }

    func stateDict() -> StateDict {
        ["time": .double(time), "values": .dictionary(HyperparameterValue.stateDict(of: values))]
    }
}

extension TBEvent {
    /// The first event of a file.
    static func version(time: Double) -> TBEvent {
        .with {
            $0.wallTime = time
            $0.fileVersion = "brain.Event:2"
        }
    }
}
