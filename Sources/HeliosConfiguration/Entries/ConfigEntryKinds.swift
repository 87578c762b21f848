import Helios

/// A network or layer of `Registries.networks`.
public typealias NetworkEntry = ConfigEntry<NetworkKind>
/// A loss of `Registries.losses`.
public typealias LossEntry = ConfigEntry<LossKind>
/// An optimizer of `Registries.optimizers`.
public typealias OptimizerEntry = ConfigEntry<OptimizerKind>
/// A scheduler of `Registries.schedulers`.
public typealias SchedulerEntry = ConfigEntry<SchedulerKind>
/// A plug-in of `Registries.plugins`.
public typealias PluginEntry = ConfigEntry<PluginKind>
/// A sampler of `Registries.samplers`.
public typealias SamplerEntry = ConfigEntry<SamplerKind>
/// A metric of `Registries.metrics`.
public typealias MetricEntry = ConfigEntry<MetricKind>
/// A model of `Registries.models`.
public typealias ModelEntry = ConfigEntry<ModelKind>
/// A data set of `Registries.datasets`.
public typealias DatasetEntry = ConfigEntry<DatasetKind>
/// A transform of `Registries.transforms`.
public typealias TransformEntry = ConfigEntry<TransformKind>

/// Networks and layers.
public enum NetworkKind: ConfigEntryKind {
    public static var registry: Registry<Void, Module> { Registries.networks }
}

/// Losses.
public enum LossKind: ConfigEntryKind {
    public static var registry: Registry<Void, Module> { Registries.losses }
}

/// Optimizers.
public enum OptimizerKind: ConfigEntryKind {
    public static var isTriedWhenRead: Bool { true }
    public static var registry: Registry<[ParameterGroup], Optimizer> { Registries.optimizers }
}

/// Learning-rate schedulers.
public enum SchedulerKind: ConfigEntryKind {
    public static var registry: Registry<Optimizer, LRScheduler> { Registries.schedulers }
}

/// Plug-ins.
public enum PluginKind: ConfigEntryKind {
    public static var isTriedWhenRead: Bool { true }
    public static var registry: Registry<Void, Plugin> { Registries.plugins }
}

/// Samplers.
public enum SamplerKind: ConfigEntryKind {
    public static var registry: Registry<Int, any Sampler> { Registries.samplers }
}

/// Metrics.
public enum MetricKind: ConfigEntryKind {
    public static var isTriedWhenRead: Bool { true }
    public static var registry: Registry<Void, any Metric> { Registries.metrics }
}

/// Models.
public enum ModelKind: ConfigEntryKind {
    public static var registry: Registry<Void, any AnyModel> { Registries.models }
}

/// Data sets.
public enum DatasetKind: ConfigEntryKind {
    public static var registry: Registry<Void, any Sendable> { Registries.datasets }
}

/// Transforms.
public enum TransformKind: ConfigEntryKind {
    public static var registry: Registry<Void, any Sendable> { Registries.transforms }
}
