import CTorch

/// Receives libtorch's warnings on one thread, which would otherwise go to the standard error stream.
///
/// libtorch keeps a warning handler for each thread. Warnings of other threads, such as those of a backward pass on a
/// CUDA device, still go to the standard error stream.
package final class WarningCapture {
    private final class Receiver {
        let receive: (String) -> Void

        init(_ receive: @escaping (String) -> Void) {
            self.receive = receive
        }
    }

    private let receiver: Receiver
    private var capture: UnsafeMutableRawPointer?

    /// Takes the warnings of the calling thread from now on.
    ///
    /// - Parameter receive: gets the text of each, on the calling thread.
    package init(_ receive: @escaping (String) -> Void) {
        receiver = Receiver(receive)
        // The receiver lives as long as this does.
        capture = ct_capture_warnings(
            { context, message in
                Unmanaged<Receiver>.fromOpaque(context).takeUnretainedValue().receive(String(cString: message))
            }, Unmanaged.passUnretained(receiver).toOpaque())
    }

    deinit {
        release()
    }

    /// Lets warnings go where they went before. Called on the thread that the capture was made on.
    package func release() {
        ct_release_warnings(capture)
        capture = nil
    }
}

extension LibTorch {
    /// Warns as operations do, for tests of where warnings go.
    package static func warn(_ message: String) {
        ct_warn(message)
    }
}
