import Torch

/// How to average the weights over time.
public enum WeightAveraging {
    /// The mean of all weights: stochastic weight averaging.
    case equal
    /// The average so far times `decay`, plus the current weights times 1 - `decay`: an exponential moving average.
    case exponential(decay: Double = 0.999)
    /// A function of the average so far, the current value, and the number of values in the average.
    case function((_ averaged: Tensor, _ current: Tensor, _ count: Int) throws -> Tensor)

    /// Puts the current values into averages of `count` values. The tensors of a pair have one shape, type, and device.
    package func update(_ averaged: [Tensor], with current: [Tensor], count: Int) throws {
        switch self {
        case .equal:
            try interpolate(averaged, current, weight: 1 / Double(count + 1), onCPU: false) {
                try $0 + ($1 - $0) / Double(count + 1)
            }
        case .exponential(let decay):
            try interpolate(averaged, current, weight: 1 - decay, onCPU: true) {
                try $0 * decay + $1 * (1 - decay)
            }
        case .function(let function):
            for (average, value) in zip(averaged, current) {
                try average.copy_(function(average.detach(), value, count))
            }
        }
    }

    /// Moves the averages toward the current values by a for-each kernel.
    ///
    /// - Parameters:
    ///   - onCPU: whether to use the kernel on the CPU too: a choice of PyTorch's that shows in the last bits.
    ///   - single: computes an average without the kernel, and for whole numbers.
    private func interpolate(
        _ averaged: [Tensor], _ current: [Tensor], weight: Double, onCPU: Bool,
        single: (_ averaged: Tensor, _ current: Tensor) throws -> Tensor
    ) throws {
        var floating: [(key: String, averaged: [Tensor], current: [Tensor])] = []
        for (average, value) in zip(averaged, current) {
            let isFloating = average.dtype.isFloatingPoint || average.dtype.isComplex
            guard isFloating, onCPU || average.device != .cpu else {
                try average.copy_(single(average, value))
                continue
            }
            // One call for each device and type.
            let key = "\(average.device) \(average.dtype)"
            if let group = floating.firstIndex(where: { $0.key == key }) {
                floating[group].averaged.append(average)
                floating[group].current.append(value)
            } else {
                floating.append((key, [average], [value]))
            }
        }
        for (_, averaged, current) in floating {
            try Tensor.foreachLerp_(averaged, tensors1: current, weight: weight)
        }
    }
}
