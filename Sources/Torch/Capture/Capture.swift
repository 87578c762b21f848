import CTorch
import Synchronization

/// What the rest of the library tells about itself to steps that are captured.
package enum Capture {
    private static let changes = Atomic<Int>(0)

    /// How often something has changed that decides what Swift code does: a module's mode, a hook, a parameter.
    static var changeCount: Int { changes.load(ordering: .relaxed) }

    /// Says that the Swift code of a step may do something else from now on, so that captured steps look again.
    package static func noteChange() {
        changes.add(1, ordering: .relaxed)
    }

    /// Says that the step that the calling thread records cannot be replayed. Inside a live part it has no effect.
    ///
    /// - Parameter reason: completes a sentence that begins with "the step".
    package static func refuse(_ reason: String) {
        if ct_is_recording() { ct_recording_refuse(reason) }
    }

    /// Runs a part of a step whose Swift code also runs in each replay: an optimizer's step, with the options and
    /// counts of the moment.
    ///
    /// The part may use the program's own tensors and the gradients in `grad`, and nothing else that the step has
    /// computed.
    /// - Parameters:
    ///   - owner: what tells the part from others.
    ///   - again: runs it in a replay.
    @inline(__always)
    package static func live<Result>(
        _ owner: AnyObject, again: @escaping () throws -> Void, _ body: () throws -> Result
    ) rethrows -> Result {
        guard ct_is_recording() else { return try body() }
        return try recordingLive(owner, again: again, body)
    }

    private static func recordingLive<Result>(
        _ owner: AnyObject, again: @escaping () throws -> Void, _ body: () throws -> Result
    ) rethrows -> Result {
        guard let context = ct_recording_context() else { return try body() }
        let parts = Unmanaged<LiveParts>.fromOpaque(context).takeUnretainedValue()
        parts.enter(again)
        ct_recording_live_begin(Unmanaged.passUnretained(owner).toOpaque())
        defer {
            ct_recording_live_end()
            parts.leave()
        }
        return try body()
    }
}

/// The live parts of a step, in the order in which it runs them.
final class LiveParts {
    private(set) var all: [() throws -> Void] = []
    private var depth = 0

    func enter(_ again: @escaping () throws -> Void) {
        // A part inside another one belongs to that.
        if depth == 0 { all.append(again) }
        depth += 1
    }

    func leave() {
        depth -= 1
    }
}
