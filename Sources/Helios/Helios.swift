@_exported import Torch
@_exported import TorchDistributed
@_exported import TorchDistributions
@_exported import TorchNN
@_exported import TorchOptim
@_exported import TorchSerialization
