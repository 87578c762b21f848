/// Hooks of a model that the trainer called and the model does not override, though something depends on them.
struct UnwrittenHooks: OptionSet {
    let rawValue: Int

    static let validStep = UnwrittenHooks(rawValue: 1)
    static let testStep = UnwrittenHooks(rawValue: 2)
    static let haveMetricsImproved = UnwrittenHooks(rawValue: 4)
    /// For a batch that is not `DeviceTransferable`, and is to go to another device.
    static let batchToDevice = UnwrittenHooks(rawValue: 8)
    /// These two, which are the same on all ranks if they are not overridden.
    static let shouldTrainingStop = UnwrittenHooks(rawValue: 16)
    static let shouldAdvanceDatasetPhase = UnwrittenHooks(rawValue: 32)
}
