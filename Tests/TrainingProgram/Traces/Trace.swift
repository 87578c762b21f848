import Foundation
import Helios

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
        let seed: Int?
        let plugin: Bool?
        let model: Answers?
    }

    struct Run: Decodable {
        struct Arguments: Decodable {
            let mode: String?
            let trainer: [String: JSONValue]
        }

        let run: Arguments
        /// False if it failed.
        let returns: Bool?
        /// The names of the files in the folder after the run.
        let checkpoints: [String]
        var events: [JSONValue]
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
    var callCount: Int {
        runs.map(\.events.count).reduce(0, +)
    }
}

extension Trace.Run {
    /// The weight of the checkpoint that the run loaded.
    var loadedWeight: Int? {
        events.first { $0["call"] == "load_user_state_dict" }?["weight"]?.int
    }
}

/// A recording that the harness cannot read.
struct TraceError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
