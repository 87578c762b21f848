import Foundation
import Helios
import TorchSerialization

/// Reads files of configurations.
enum ConfigFile {
    /// Reads a file: JSON if its name ends with `.json`, else YAML.
    ///
    /// - Throws: `ConfigFault` if it cannot be read, is too large, or is not what its name says.
    static func read(_ path: String, layer: Int) throws -> ConfigNode {
        let source = ConfigSource(name: SystemPath.visible(path), hasLines: true, layer: layer)
        let bytes: [UInt8]
        do {
            bytes = try RegularFile.start(of: path, count: ConfigLimits.fileSize + 1)
        } catch {
            throw ConfigFault("\(VisibleText.of(source.name)): \(error.reason)", at: nil)
        }
        guard bytes.count <= ConfigLimits.fileSize else {
            throw ConfigFault(
                "\(VisibleText.of(source.name)): it is larger than \(ConfigLimits.fileSize) bytes, as no configuration is",
                at: nil)
        }
        let node =
            path.lowercased().hasSuffix(".json")
            ? try JSONNodes.read(bytes, source) : try YAMLReader.read(bytes, source)
        guard case .dictionary = node.content else {
            throw ConfigFault(
                "a configuration must be a dictionary, not \(node.value.typeDescription)", at: node.position)
        }
        return node
    }
}
