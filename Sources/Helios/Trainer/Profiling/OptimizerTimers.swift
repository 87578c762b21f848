/// Times the steps of a model's optimizers: those that are among its stored properties after `setup`.
final class OptimizerTimers {
    private var handles: [StepHookHandle] = []

    init<Batch>(_ model: Model<Batch>, _ times: ActivityTimes) {
        for (name, optimizer) in model.namedOptimizers() {
            handles.append(optimizer.registerStepPreHook { _ in times.begin(.optimizer(name)) })
            handles.append(optimizer.registerStepPostHook { _ in times.end(.optimizer(name)) })
        }
    }

    func remove() {
        for handle in handles { handle.remove() }
        handles = []
    }
}
