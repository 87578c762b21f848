import Foundation
import TestSupport
import Testing
import Torch
import TorchNN

/// Helios pools images of float32 by itself. Those of float64 go to libtorch's kernel, which is what these compare with.
@Suite(.standardGenerator)
struct MaxPoolBitsTests {
    /// An image's size and the options of a pooling.
    struct Pooling: CustomTestStringConvertible, Sendable {
        var kernel = Pair(2, 2)
        var stride = Pair(2, 2)
        var padding = Pair(0, 0)
        var dilation = Pair(1, 1)
        var ceilMode = false
        var size = [3, 2, 9, 40]

        var testDescription: String {
            "\(kernel), stride \(stride), padding \(padding), dilation \(dilation)\(ceilMode ? ", ceil" : "") of \(size)"
        }
    }

    static let poolings: [Pooling] = [
        Pooling(), Pooling(size: [5, 2, 2]), Pooling(size: [1, 3, 7, 15]), Pooling(ceilMode: true),
        Pooling(ceilMode: true, size: [2, 2, 8, 16]), Pooling(kernel: Pair(2, 3)),
        // Beside the first layer of a residual network.
        Pooling(kernel: Pair(3, 3), padding: Pair(1, 1), size: [2, 3, 20, 20]),
        Pooling(kernel: Pair(3, 3), stride: Pair(1, 1), padding: Pair(1, 1), size: [2, 12, 12]),
        Pooling(kernel: Pair(5, 4), stride: Pair(3, 1), padding: Pair(2, 2), dilation: Pair(1, 2)),
        Pooling(kernel: Pair(3, 2), stride: Pair(1, 2), dilation: Pair(2, 3)),
        Pooling(kernel: Pair(1, 1), stride: Pair(2, 2)), Pooling(stride: Pair(3, 3)),
        Pooling(kernel: Pair(3, 3), padding: Pair(1, 1), dilation: Pair(4, 19)),
        // Enough for several threads.
        Pooling(size: [60, 2, 48, 64]),
    ]

    @Test("pools as libtorch does, with equal elements, infinities and NaN", arguments: poolings)
    func sameBits(_ pooling: Pooling) throws {
        var values = try Tensor.randn(pooling.size).mul(2).round()
        for (special, share) in [(-Float.infinity, 0.3), (.nan, 0.05), (-0.0, 0.05), (.infinity, 0.02)] {
            values = try values.maskedFill(mask: Tensor.rand(pooling.size).lt(share), value: special)
        }
        let own = try pool(values, pooling)
        let libtorch = try pool(values.to(.float64), pooling)
        // As integers, since NaN is not equal to itself, and 0 is equal to -0.
        try expectSameBits(own.output.view(dtype: .int32), libtorch.output.to(.float32).view(dtype: .int32))
        try expectSameBits(own.indices, libtorch.indices)
        try expectSameBits(own.gradient, libtorch.gradient.to(.float32))
    }

    private func pool(
        _ values: Tensor, _ pooling: Pooling
    ) throws -> (output: Tensor, indices: Tensor, gradient: Tensor) {
        let input = try values.detach().requiresGrad_()
        let (output, indices) = try maxPool2dWithIndices(
            input, kernelSize: pooling.kernel, stride: pooling.stride, padding: pooling.padding,
            dilation: pooling.dilation, ceilMode: pooling.ceilMode)
        let coefficients = try Tensor.arange(output.count, dtype: output.dtype).reshape(output.shape)
        try (output.nanToNum() * coefficients).sum().backward()
        return (try output.detach(), indices, try #require(input.grad))
    }

    @Test("options that libtorch refuses are refused in its words, for both types")
    func sameErrors() throws {
        for pooling in [
            Pooling(padding: Pair(2, 0)), Pooling(kernel: Pair(12, 2)), Pooling(dilation: Pair(1, .max)),
            Pooling(size: [2, 0, 4, 4]),
        ] {
            let errors = [DType.float32, .float64].map { dtype in
                do {
                    let values = try Tensor.zeros(pooling.size, dtype: dtype)
                    let output = try maxPool2dWithIndices(
                        values, kernelSize: pooling.kernel, stride: pooling.stride, padding: pooling.padding,
                        dilation: pooling.dilation
                    ).output
                    return "\(output.shape)"
                } catch {
                    return "\(error)".replacingOccurrences(of: "\(dtype)", with: "")
                }
            }
            #expect(errors[0] == errors[1])
        }
    }
}
