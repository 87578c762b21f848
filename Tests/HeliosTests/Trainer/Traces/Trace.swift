import Foundation

/// A recording of Python Helios: a configuration, and for each run the calls that its trainer made.
struct Trace: Decodable {
    /// A data set of numbers and how it is loaded.
    struct Source: Decodable {
        let n: Int
        let params: [String: JSONValue]
    }

    /// What the recording model answers.
    struct Answers: Decodable {
        var improved: [Bool]?
        var save: [Bool]?
        var stop_at: Int?
        var advance_at: [Int]?
    }

    struct Config: Decodable {
        let train: [Source]
        let valid: Source?
        let test: Source?
        let seed: UInt64?
        let plugin: Bool?
        let model: Answers?
    }

    struct Run: Decodable {
        struct Arguments: Decodable {
            let mode: String?
            let trainer: [String: JSONValue]
        }

        let run: Arguments
        let returns: Bool?
        let checkpoints: [String]
        var events: [JSONValue]

        var isTest: Bool { run.mode == "test" }
        var unit: String { run.trainer["train_unit"]?.string ?? "epoch" }
    }

    let config: Config
    var runs: [Run]

    init(_ file: URL) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
        // Python writes an endless training as a word that JSON does not have.
        let json = text.replacing(/:\s*Infinity/) { _ in ": \"inf\"" }
        self = try JSONDecoder().decode(Trace.self, from: Data(json.utf8))
    }
}

extension Trace {
    /// Why the trace is not replayed yet; nil where it is.
    var reasonToLeaveOut: String? {
        if config.plugin == true { return "it registers a plug-in" }
        if runs.contains(where: { $0.returns == false }) {
            return "a run of it fails, which Python Helios answers with false instead of an error"
        }
        let fits = runs.filter { !$0.isTest }
        if fits.count > 1 { return "a run of it goes on from a checkpoint, and the rules for that are being written" }
        // Python goes wrong in the middle of an epoch; the rules for comparing that are not written yet.
        if fits.dropLast().contains(where: { $0.unit == "iteration" || config.model?.stop_at != nil }) {
            return "a run of it may go on in the middle of an epoch, which Python Helios does wrong"
        }
        if zip(runs, runs.dropFirst()).contains(where: { $1.goesOnFromAnOlderCheckpoint(than: $0.checkpoints) }) {
            return "a run of it loads a checkpoint that is not the newest, which Python Helios takes for it"
        }
        return nil
    }

    var callCount: Int {
        runs.map(\.events.count).reduce(0, +)
    }
}

extension Trace.Run {
    /// Whether the run loaded another checkpoint than the one of the greatest epoch and iteration. The name of each ends
    /// with the weight that it holds.
    fileprivate func goesOnFromAnOlderCheckpoint(than names: [String]) -> Bool {
        let loaded = events.first { $0["call"] == "load_user_state_dict" }?["weight"]?.int
        let newest = names.compactMap { name in
            name.firstMatch(of: /epoch_(\d+)_iter_(\d+)_w_(\d+)/)
                .map { (Int($0.1) ?? 0, Int($0.2) ?? 0, Int($0.3)) }
        }
        .max { ($0.0, $0.1) < ($1.0, $1.1) }
        return loaded != newest?.2
    }
}
