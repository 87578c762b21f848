import Helios
import HeliosConfiguration

/// All that a configuration of a program can set.
struct ProgramSettings<Program: TrainingCommand>: ConfigOptions {
    var options = Program.Options()
    var trainer = Program.trainer
    var plugins = Program.plugins

    init() {}

    private enum CodingKeys: CodingKey {
        case trainer, plugins
    }

    /// The program's own keys stand beside those of the trainer.
    init(from decoder: any Decoder) throws {
        options = try Program.Options(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        trainer = try container.decode(TrainerSettings.self, forKey: .trainer)
        plugins = try container.decode([PluginEntry].self, forKey: .plugins)
    }

    func encode(to encoder: any Encoder) throws {
        try options.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(trainer, forKey: .trainer)
        try container.encode(plugins, forKey: .plugins)
    }

    static var changeableOptions: Set<String> { Program.Options.changeableOptions }

    func validate() throws {
        try options.validate()
        let names = RunOptions<Program>.names
        for name in trainer.logs?.loggers ?? [] where !names.contains(name) {
            throw ConfigOptionError(
                "trainer.logs.loggers",
                "has no '\(VisibleText.of(name))'\(NearNames.question(name, among: names)) (there are: "
                    + "\(names.joined(separator: ", ")))")
        }
    }
}
