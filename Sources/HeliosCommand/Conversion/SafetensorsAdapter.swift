import Foundation
import Helios

/// A safetensors file as a tree of state, and back.
enum SafetensorsAdapter {
    /// - Throws: where the file cannot be written.
    static func write(_ flat: FlatState, to path: String) throws {
        throw CommandError("\(path): safetensors files are not written yet")
    }
}
