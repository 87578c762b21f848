@_exported import Torch
@_exported import TorchDistributions
@_exported import TorchNN
@_exported import TorchOptim
@_exported import TorchSerialization

/// What the framework says of itself.
public enum Helios {
    /// The version, which checkpoints carry.
    public static let version = "0.2.0"
}
