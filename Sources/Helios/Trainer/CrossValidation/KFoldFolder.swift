import Foundation
import Torch
import TorchSerialization

/// The folder of a cross-validation: which folds it is about, and which of them are over.
struct KFoldFolder {
    /// What a cross-validation splits, so that a later run with other folds does not mix with it.
    private struct Split: Codable, Equatable {
        let folds: String
        let samples: Int
        /// Stands for the fold of each sample.
        let fingerprint: String
    }

    /// A fold that is over.
    private struct Record: Codable {
        let result: FoldResult
        let demand: Demand
    }

    /// What was asked of a fold: with another length there is more to train, and other weights have other scores.
    struct Demand: Codable, Equatable {
        private let unit: String
        private let count: Int?
        private let weights: String

        init(_ length: TrainerOptions.Length?, _ checkpoint: CheckpointChoice?) {
            unit = (length?.unit ?? .epoch).rawValue
            count = length?.count
            weights =
                switch checkpoint {
                case nil: "end"
                case .newest: "newest"
                case .best: "best"
                case .bestOf(let id): "best of \(id)"
                case .file(let url): url.path
                }
        }
    }

    let url: URL

    /// The folder of a fold.
    func folder(ofFold number: Int) -> URL { url.appending(path: "fold-\(number)") }

    private func recordFile(ofFold number: Int) -> URL { folder(ofFold: number).appending(path: "result.json") }

    // MARK: The split

    /// Makes the folder, and notes the folds.
    ///
    /// - Parameter name: what they are, as in "5 stratified folds".
    /// - Throws: `ConfigurationError` if the folder is about other folds; `CheckpointError` if it cannot be read or
    ///   written.
    func begin(_ folds: [DataFold], called name: String) throws {
        let file = url.appending(path: "folds.json")
        let split = Split(
            folds: name, samples: folds.reduce(0) { $0 + $1.valid.count },
            fingerprint: String(FNV1a.hash(folds.flatMap { [-1] + $0.valid }), radix: 16))
        guard let text = try text(of: file) else { return try write(split, file) }
        let before = try parse(Split.self, text, of: file)
        guard before != split else { return }
        let splits = "\(before.folds) of \(before.samples) samples"
        throw ConfigurationError(
            "\(VisibleText.of(url.path)) has a cross-validation with "
                + (before.folds == split.folds && before.samples == split.samples
                    ? "other samples in its \(splits): labels, groups or seed were others"
                    : "\(splits), and this one has \(split.folds) of \(split.samples)")
                + ". Use the same ones, or another folder")
    }

    // MARK: Results

    /// What the folder notes of a fold that is over; `nil` if it is not.
    func record(ofFold number: Int) throws -> String? { try text(of: recordFile(ofFold: number)) }

    /// What a fold found, by what the folder notes of it; `nil` if something else was asked of it.
    func result(ofFold number: Int, _ record: String, _ demand: Demand) throws -> FoldResult? {
        let record = try parse(Record.self, record, of: recordFile(ofFold: number))
        return record.demand == demand ? record.result : nil
    }

    /// Notes that a fold is over.
    func note(_ result: FoldResult, _ demand: Demand) throws {
        try write(Record(result: result, demand: demand), recordFile(ofFold: result.number))
    }

    // MARK: Files

    private func text(of file: URL) throws -> String? {
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        do {
            return String(decoding: try RegularFile.start(of: file.path, count: 1 << 20), as: UTF8.self)
        } catch {
            throw CheckpointError(path: file.path, reason: "it cannot be read: \(error.reason)")
        }
    }

    private func parse<Contents: Decodable>(_ type: Contents.Type, _ text: String, of file: URL) throws -> Contents {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return try decoder.decode(type, from: Data(text.utf8))
        } catch {
            throw CheckpointError(
                path: file.path, reason: "it is damaged: no cross-validation writes this. Remove it, and run again")
        }
    }

    private func write(_ contents: some Encodable, _ file: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            let text = String(decoding: try encoder.encode(contents), as: UTF8.self)
            try TextFile.replace(file.path, with: text + "\n")
        } catch let error as FileAccessError {
            throw CheckpointError(path: file.path, reason: error.reason)
        } catch {
            let reason = SystemPath.obstacle(to: file.deletingLastPathComponent().path) ?? error.localizedDescription
            throw CheckpointError(path: file.path, reason: "it cannot be written: \(reason)")
        }
    }
}
