import CTorch

/// The library underneath: its version, its threads, its algorithms.
public enum LibTorch {
    /// The version that this was built with, as in `2.13.0`.
    public static let version = String(cString: ct_library_version())

    /// Lets the process end without tearing libtorch down, which would take a third of the time of its start (65 ms).
    ///
    /// Call it first in `main`, in programs that are started often. What is registered with `atexit` later still runs,
    /// and what was printed is written; what libraries registered before, such as a preloaded tool's last report, does
    /// not run. It has an effect with glibc only.
    public static func skipTeardown() {
        ct_skip_teardown()
    }

    /// The number of threads that one operation may use.
    public static var threadCount: Int {
        Int(ct_thread_count())
    }

    /// Sets the number of threads that one operation may use, for the calling thread and for threads that have not
    /// computed yet.
    ///
    /// - Throws: `TorchError` for a number below 1 or above 1024 (a system that cannot start that many threads ends the
    ///   process).
    public static func setThreadCount(_ count: Int) throws {
        guard (1...1024).contains(count) else {
            throw TorchError(kind: .other, message: "the number of threads must be from 1 to 1024, not \(count)")
        }
        try check(ct_set_thread_count(Int32(count)))
    }

    /// Lets operations on the calling thread use this thread alone. Other threads keep their number.
    package static func useOneThreadOnThisThread() {
        ct_use_one_thread_here()
    }

    /// Whether operations must use algorithms that give the same bits every time. Operations without such an algorithm
    /// then throw.
    public static var isDeterministic: Bool {
        ct_is_deterministic()
    }

    /// Sets whether operations must use algorithms that give the same bits every time, for the whole process.
    public static func setDeterministic(_ deterministic: Bool) throws {
        try check(ct_set_deterministic(deterministic))
    }

    /// Whether operations on the calling thread treat denormal numbers as zero.
    public static var flushesDenormals: Bool {
        ct_flushes_denormals()
    }

    /// Sets whether CPU operations of the calling thread treat denormal numbers as zero. In float32, these are the
    /// numbers closer to zero than 1.2e-38. PyTorch's `torch.set_flush_denormal` sets this for a single thread only.
    ///
    /// Many processors compute with denormal numbers a hundred times more slowly than with others. The averages of
    /// optimizers such as Adam become denormal if gradients stay zero for thousands of steps. Results may change.
    ///
    /// - Throws: `TorchError` if the processor cannot do so.
    public static func setFlushesDenormals(_ flushes: Bool) throws {
        try check(ct_set_flush_denormals(flushes))
    }

    /// Whether convolutions and other operations on the processor use oneDNN: `torch.backends.mkldnn.enabled`.
    public static var isOneDNNEnabled: Bool {
        ct_onednn_is_enabled()
    }

    /// Sets whether oneDNN is used, for the whole process. Without it, small networks may be faster, and round
    /// differently.
    public static func setOneDNNEnabled(_ enabled: Bool) throws {
        try check(ct_set_onednn_enabled(enabled))
    }

    /// The number of bytes of the processor's memory that freed tensors have left for the next ones.
    ///
    /// A training step asks for the same sizes again and again, and memory that is new to the process costs more than
    /// what is computed in it. The memory in use and the memory kept are together never much more than the most that
    /// was once in use. The environment variable `HELIOS_NO_MEMORY_CACHING=1` turns this off, for tools that look for
    /// memory errors.
    public static var cachedMemory: Int {
        Int(ct_cached_memory())
    }

    /// Returns the memory that is kept for the next tensors to the system.
    public static func emptyCache() {
        ct_empty_cache()
    }
}
