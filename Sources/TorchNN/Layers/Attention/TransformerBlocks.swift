import Torch

/// What a `TransformerEncoder` is a stack of: `TransformerEncoderLayer`, or a module of your own.
public protocol TransformerEncoderBlock: Module {
    /// - Parameters:
    ///   - source: `[S, N, dModel]`, or batch first if the block says so.
    ///   - mask: `[S, S]` or `[N · heads, S, S]`: numbers that are added to the attention's, or `true` to leave one out.
    ///   - keyPaddingMask: `[N, S]`: `true` if a step is padding; or numbers that are added.
    ///   - isCausal: says that `mask` is the causal mask.
    /// - Returns: a tensor of the source's shape.
    func callAsFunction(_ source: Tensor, mask: Tensor?, keyPaddingMask: Tensor?, isCausal: Bool) throws -> Tensor
}

/// What a `TransformerDecoder` is a stack of: `TransformerDecoderLayer`, or a module of your own.
public protocol TransformerDecoderBlock: Module {
    /// - Parameters:
    ///   - target: `[T, N, dModel]`, or batch first if the block says so.
    ///   - memory: what the encoder gave, `[S, N, dModel]`.
    ///   - targetMask: `[T, T]` or `[N · heads, T, T]`: numbers that are added to the attention's, or `true` to leave
    ///     one out.
    ///   - memoryMask: `[T, S]`, as `targetMask`.
    ///   - targetKeyPaddingMask: `[N, T]`: `true` if a step is padding; or numbers that are added.
    ///   - memoryKeyPaddingMask: `[N, S]`, as `targetKeyPaddingMask`.
    ///   - targetIsCausal: says that `targetMask` is the causal mask.
    ///   - memoryIsCausal: says that `memoryMask` is the causal mask.
    /// - Returns: a tensor of the target's shape.
    func callAsFunction(
        _ target: Tensor, _ memory: Tensor, targetMask: Tensor?, memoryMask: Tensor?, targetKeyPaddingMask: Tensor?,
        memoryKeyPaddingMask: Tensor?, targetIsCausal: Bool, memoryIsCausal: Bool
    ) throws -> Tensor
}
