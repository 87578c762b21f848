/// How `DistributedDataParallel` exchanges gradients, with PyTorch's defaults.
public struct DistributedDataParallelOptions: Sendable, Equatable {
    /// How gradients travel.
    public enum GradientCompression: Sendable, Equatable {
        /// As `bfloat16`, divided by the number of ranks before they are added: PyTorch's `bf16_compress_hook`. Half
        /// the bytes of `float32`, with 8 binary digits of precision.
        case bfloat16
    }

    /// The size in bytes of the bucket that is full first; 1 MiB. A small one begins the exchange early.
    public var firstBucketByteCount = 1 << 20
    /// The size of the other buckets in bytes; 25 MiB.
    public var bucketByteCount = 25 << 20
    /// Whether to look, after each forward pass, for parameters that the output does not depend on. Without it, such a
    /// parameter is an error in the next forward pass; with it, each forward pass walks through the graph.
    public var findUnusedParameters = false
    /// Whether the buffers of rank 0 are copied to the others before each forward pass.
    public var broadcastBuffers = true
    /// How gradients travel; `nil` sends them as they are.
    public var gradientCompression: GradientCompression?

    public init(
        firstBucketByteCount: Int = 1 << 20, bucketByteCount: Int = 25 << 20, findUnusedParameters: Bool = false,
        broadcastBuffers: Bool = true, gradientCompression: GradientCompression? = nil
    ) {
        self.firstBucketByteCount = firstBucketByteCount
        self.bucketByteCount = bucketByteCount
        self.findUnusedParameters = findUnusedParameters
        self.broadcastBuffers = broadcastBuffers
        self.gradientCompression = gradientCompression
    }
}
