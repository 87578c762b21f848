import Testing
import Torch

/// Records an issue where shapes or types differ, or an element differs by more than `absolute + relative · |expected|`.
public func expectClose(
    _ actual: Tensor, _ expected: Tensor, relative: Double = 1e-5, absolute: Double = 1e-6, _ comment: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    guard actual.shape == expected.shape, actual.dtype == expected.dtype else {
        Issue.record(
            "\(comment) \(actual.dtype)\(actual.shape) instead of \(expected.dtype)\(expected.shape)",
            sourceLocation: sourceLocation)
        return
    }
    guard actual.count > 0 else { return }
    let (left, right) = (try actual.detach().to(.float64), try expected.detach().to(.float64))
    guard !(try left.allclose(right, rtol: relative, atol: absolute)) else { return }
    let greatest = try (left - right).abs().max().item(Double.self)
    Issue.record("\(comment) differs by up to \(greatest): \(left) instead of \(right)", sourceLocation: sourceLocation)
}

/// Records an issue where the two differ in any bit.
public func expectSameBits(
    _ actual: Tensor, _ expected: Tensor, _ comment: String = "", sourceLocation: SourceLocation = #_sourceLocation
) throws {
    guard actual.shape == expected.shape, actual.dtype == expected.dtype, try actual.equal(expected) else {
        Issue.record("\(comment) is \(actual) instead of \(expected)", sourceLocation: sourceLocation)
        return
    }
}
