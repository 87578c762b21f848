import Helios

@testable import HeliosConfiguration

/// Options of every kind that a program may have.
struct Settings: ConfigOptions {
    enum Mode: String, Codable, CaseIterable {
        case fast, careful
    }

    struct Inner: ConfigOptions {
        var count = 3
        var names: [String] = []

        func validate() throws {
            if count < 0 { throw ConfigOptionError("count", "must not be negative, and is \(count)") }
        }
    }

    var width = 64
    var dropout = 0.1
    var title = "digits"
    var isLarge = false
    var limit: Int?
    var small: UInt8 = 1
    var mode = Mode.fast
    var inner = Inner()
    var others: [Inner] = []
    var weights: [String: Double] = [:]
    var network: NetworkEntry = "Identity"
    var optimizer: OptimizerEntry = ["type": "AdamW", "lr": 1e-3]
    var scheduler: SchedulerEntry?
    var plugins: [PluginEntry] = []
    var trainer = TrainerSettings(epochs: 20)
    var loader = LoaderSettings(batchSize: 32, shuffle: true)
    var extra: ConfigValue = nil

    /// The settings that a text and overrides make.
    static func read(
        _ yaml: String, _ overrides: String..., environment: [String: String] = [:]
    ) throws -> Settings {
        var layers = ConfigLayers(environment: environment)
        try layers.add(yaml: yaml, name: "a.yaml")
        for text in overrides { try layers.add(ConfigOverride(text)) }
        return try layers.decode()
    }
}
