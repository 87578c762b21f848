import CTorch

/// The function of a backward pass that made a gradient that is not finite out of finite ones, see
/// `LibTorch.detectsAnomalies`.
package struct GradientAnomaly: Sendable, Equatable {
    /// The function's name, as in `SqrtBackward0`.
    package let function: String
    /// The number of the operation that it belongs to, see `sequenceNumber`.
    package let sequence: Int
    /// For which input of the operation the gradient is.
    package let input: Int
    /// Whether the gradient has a NaN; otherwise it has infinities.
    package let isNaN: Bool

    /// What the last backward pass failed at; `nil` if it was nothing of the kind, or was asked for before.
    package static func takeLast() -> GradientAnomaly? {
        var anomaly = CTAnomaly()
        guard ct_last_anomaly(&anomaly) else { return nil }
        return GradientAnomaly(
            function: anomaly.function.map { String(cString: $0) } ?? "", sequence: Int(clamping: anomaly.sequence),
            input: Int(anomaly.input), isNaN: anomaly.isNaN)
    }

    /// The number that the next recorded operation of this thread gets. They ascend.
    package static var sequenceNumber: Int { Int(clamping: ct_sequence_number()) }
}

extension LibTorch {
    /// Whether a backward pass looks at each gradient, and fails at the first function that makes one that is not
    /// finite out of finite ones. Slow; off by default, and a setting of the whole process.
    ///
    /// PyTorch's `detect_anomaly` fails at a NaN and not at an infinity, and keeps the stack of each operation.
    package static var detectsAnomalies: Bool {
        get { ct_anomaly_detection() }
        set {
            ct_set_anomaly_detection(newValue)
            Capture.noteChange()
        }
    }
}
