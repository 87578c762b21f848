import Foundation
import Synchronization

/// An image file that cannot be decoded.
public struct BrokenImage: Sendable {
    /// The number of the sample.
    public let index: Int
    /// The file.
    public let path: String
    /// What is wrong with it.
    public let error: ImageError
}

extension ImageList {
    /// Decodes every file completely and lists the broken ones, so that they do not show up only in a training.
    ///
    /// The work is shared by as many threads as there are processors.
    ///
    /// - Parameter progress: is called after each file with the number of files decoded so far; on several threads, but
    ///   on one at a time.
    public func check(progress: (@Sendable (_ done: Int, _ count: Int) -> Void)? = nil) -> [BrokenImage] {
        struct State {
            var done = 0
            var broken: [BrokenImage] = []
        }
        let state = Mutex(State())
        DispatchQueue.concurrentPerform(iterations: count) { index in
            let broken = check(index)
            state.withLock {
                if let broken { $0.broken.append(broken) }
                $0.done += 1
                progress?($0.done, count)
            }
        }
        return state.withLock { $0.broken.sorted { $0.index < $1.index } }
    }

    private func check(_ index: Int) -> BrokenImage? {
        let path = files[index]
        do {
            _ = try ImageFile(path: path, options).decode()
            return nil
        } catch {
            let error =
                error as? ImageError ?? ImageError(path: path, kind: .memory, reason: "cannot be decoded: \(error)")
            return BrokenImage(index: index, path: path, error: error)
        }
    }
}
