import Helios

/// What configurations of most programs have, under the usual names: what can be checked without the program.
public struct GeneralSettings: ConfigOptions {
    public var network: NetworkEntry?
    public var loss: LossEntry?
    public var optimizer: OptimizerEntry?
    public var scheduler: SchedulerEntry?
    public var sampler: SamplerEntry?
    public var metrics: [MetricEntry] = []
    public var plugins: [PluginEntry] = []
    public var loader = LoaderSettings()
    public var trainer = TrainerSettings()

    public init() {}

    private static let names = [
        "network", "loss", "optimizer", "scheduler", "sampler", "metrics", "plugins", "loader", "trainer",
    ]

    /// Checks what can be checked without the program.
    ///
    /// - Returns: the keys that only the program can check.
    /// - Throws: as `ConfigLayers.decode`; a key that only the program can know is an error if it is nearly one of the
    ///   usual names.
    public static func check(_ layers: ConfigLayers) throws -> [String] {
        let root = try layers.resolved(layers.above(ConfigEncoder.encode(GeneralSettings()).value))
        var known: [ConfigNode.Member] = []
        var others: [String] = []
        for member in root.members ?? [] {
            if names.contains(where: { OptionName.key($0) == OptionName.key(member.key) }) {
                known.append(member)
                continue
            }
            // A name that only begins like one of these is another one.
            let near = NearNames.nearest(to: member.key, among: names).filter {
                NearNames.distance(Array(member.key.lowercased()), Array($0)) <= 2
            }
            guard near.isEmpty else {
                throw ConfigFault(ConfigDecoder.unknown(member.key, path: "", among: names), at: member.position)
            }
            others.append(member.key)
        }
        let node = ConfigNode(.dictionary(known), at: root.position)
        _ = try ConfigDecoder.decode(GeneralSettings.self, from: node, path: "")
        return others
    }
}
