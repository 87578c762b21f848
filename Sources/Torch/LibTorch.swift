import CTorch

/// The library underneath: its version, its threads, its algorithms.
public enum LibTorch {
    /// The version that this was built with, as in `2.13.0`.
    public static let version = String(cString: ct_library_version())

    /// Lets the process end without taking libtorch apart, which takes as long as a third of its start (65 ms).
    ///
    /// Call it first in `main`, in programs that are started often. What is registered with `atexit` later still runs, and
    /// what was printed is written; what libraries registered before, such as a preloaded tool's last report, does not.
    /// Only where the C library is glibc; elsewhere, nothing changes.
    public static func skipTeardown() {
        ct_skip_teardown()
    }

    /// How many threads one operation may use.
    public static var threadCount: Int {
        Int(ct_thread_count())
    }

    /// Sets how many threads one operation may use, for the calling thread and those that are not yet in use.
    ///
    /// - Throws: `TorchError` for a number below 1 or above 1024 (a system that cannot start so many ends the process).
    public static func setThreadCount(_ count: Int) throws {
        guard (1...1024).contains(count) else {
            throw TorchError(kind: .other, message: "the number of threads must be from 1 to 1024, not \(count)")
        }
        try check(ct_set_thread_count(Int32(count)))
    }

    /// Lets operations on the calling thread use this thread alone; other threads keep what they have.
    package static func useOneThreadOnThisThread() {
        ct_use_one_thread_here()
    }

    /// Whether operations must use algorithms that give the same bits every time; those that have none then throw.
    public static var isDeterministic: Bool {
        ct_is_deterministic()
    }

    /// Sets whether operations must use algorithms that give the same bits every time, for the whole process.
    public static func setDeterministic(_ deterministic: Bool) throws {
        try check(ct_set_deterministic(deterministic))
    }

    /// Whether convolutions and other operations on the processor use oneDNN: `torch.backends.mkldnn.enabled`.
    public static var isOneDNNEnabled: Bool {
        ct_onednn_is_enabled()
    }

    /// Sets whether oneDNN is used, for the whole process. Without it, small networks may be faster, and round otherwise.
    public static func setOneDNNEnabled(_ enabled: Bool) throws {
        try check(ct_set_onednn_enabled(enabled))
    }

    /// How many bytes of the processor's memory tensors have given back that are kept for the next ones.
    ///
    /// A training step asks for the same sizes again and again, and memory that is new to the process costs more than what
    /// is computed in it. In use and kept together are never much more than was once in use. The environment variable
    /// `HELIOS_NO_MEMORY_CACHING=1` turns this off, for tools that look for wrong uses of memory.
    public static var cachedMemory: Int {
        Int(ct_cached_memory())
    }

    /// Gives the memory that is kept for the next tensors back to the system.
    public static func emptyCache() {
        ct_empty_cache()
    }
}
