import Foundation
import Helios
import HeliosConfiguration
import TorchSerialization

/// The file with a run's configuration.
enum ConfigurationFile {
    static func write(_ configuration: ConfigValue, to file: URL, program: String) throws {
        let folder = file.deletingLastPathComponent()
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let text = "# The configuration of this run, with all defaults. \(program) resume continues it.\n"
        do {
            try TextFile.replace(file.path, with: text + configuration.yaml)
        } catch {
            throw ConfigurationError("\(file.path): \(error.reason)")
        }
    }
}
