import Torch

/// A function that is called around an optimizer's steps.
public typealias StepHook = (_ optimizer: Optimizer) throws -> Void

/// The registration of a step hook, which `remove()` ends.
public struct StepHookHandle {
    fileprivate weak var optimizer: Optimizer?
    fileprivate let registration: StepHookRegistration

    /// Stops calling the hook.
    public func remove() {
        optimizer?.stepPreHooks.removeAll { $0 === registration }
        optimizer?.stepPostHooks.removeAll { $0 === registration }
        optimizer?.stepFailureHooks.removeAll { $0 === registration }
    }
}

/// A hook as an optimizer keeps it.
final class StepHookRegistration {
    let hook: StepHook

    init(_ hook: @escaping StepHook) {
        self.hook = hook
    }
}

extension Optimizer {
    /// Calls `hook` before each step, including those of a `GradScaler`: PyTorch's `register_step_pre_hook`.
    ///
    /// The optimizers of this library call their hooks. An optimizer of your own does so if its step is inside
    /// `withStepHooks`:
    /// ```swift
    /// override func step() throws {
    ///     try withStepHooks {
    ///         for parameter in parameters { … }
    ///     }
    /// }
    /// ```
    /// - Parameter hook: may change the options of the groups. If it throws, `step` throws that error and makes no
    ///   step.
    @discardableResult
    public final func registerStepPreHook(_ hook: @escaping StepHook) -> StepHookHandle {
        let registration = StepHookRegistration(hook)
        stepPreHooks.append(registration)
        return StepHookHandle(optimizer: self, registration: registration)
    }

    /// Calls `hook` after each step that did not fail: PyTorch's `register_step_post_hook`.
    @discardableResult
    public final func registerStepPostHook(_ hook: @escaping StepHook) -> StepHookHandle {
        let registration = StepHookRegistration(hook)
        stepPostHooks.append(registration)
        return StepHookHandle(optimizer: self, registration: registration)
    }

    /// Calls `hook` after each step that failed, or whose pre-hooks did: what those have changed can be changed back.
    package final func registerStepFailureHook(_ hook: @escaping StepHook) -> StepHookHandle {
        let registration = StepHookRegistration(hook)
        stepFailureHooks.append(registration)
        return StepHookHandle(optimizer: self, registration: registration)
    }

    /// Makes a step, and calls the hooks before and after it.
    @inline(__always)
    public final func withStepHooks<Result>(_ step: () throws -> Result) throws -> Result {
        guard !stepFailureHooks.isEmpty else { return try withPassingHooks(step) }
        do {
            return try withPassingHooks(step)
        } catch {
            for registration in stepFailureHooks { try registration.hook(self) }
            throw error
        }
    }

    @inline(__always)
    private final func withPassingHooks<Result>(_ step: () throws -> Result) throws -> Result {
        if !stepPreHooks.isEmpty || !stepPostHooks.isEmpty {
            Capture.refuse("runs hooks of an optimizer of the program's own")
        }
        if !stepPreHooks.isEmpty {
            for registration in stepPreHooks { try registration.hook(self) }
        }
        let result = try step()
        if !stepPostHooks.isEmpty {
            for registration in stepPostHooks { try registration.hook(self) }
        }
        return result
    }
}
