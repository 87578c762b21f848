import CTorch

extension Tensor: CustomStringConvertible {
    /// What PyTorch prints: the elements with four digits, without those in the middle if there are more than 1000,
    /// followed by the type, device and gradient function if they are not the usual ones.
    ///
    /// ```swift
    /// print(try Tensor([[1.5, 2], [3, 4]]) * 2)
    /// // tensor([[3., 4.],
    /// //         [6., 8.]])
    /// ```
    public var description: String {
        guard isDefined else { return "tensor(undefined)" }
        return noGrad {
            let (contents, suffixes) = contentsAndSuffixes()
            return Tensor.assembled("tensor(" + contents, suffixes)
        }
    }

    private func contentsAndSuffixes() -> (contents: String, suffixes: [String]) {
        var suffixes: [String] = []
        if device.kind != .cpu { suffixes.append("device='\(device)'") }
        let size = "size=(\(shape.map(String.init).joined(separator: ", "))\(dimensionCount == 1 ? "," : ""))"
        let contents: String
        if isStrided, count == 0 {
            // Without elements, the shape and type would not be visible.
            if dimensionCount != 1 { suffixes.append(size) }
            if dtype != .float32 { suffixes.append("dtype=torch.\(dtype)") }
            contents = "[]"
        } else {
            if let written = try? writtenElements() {
                contents = written
            } else {
                contents = "..."
                suffixes.append(size)
            }
            if ![.float32, .complex64, .int64, .bool].contains(dtype) { suffixes.append("dtype=torch.\(dtype)") }
        }
        if let function = gradFunction {
            suffixes.append("grad_fn=<\(function)>")
        } else if requiresGrad {
            suffixes.append("requires_grad=True")
        }
        return (contents, suffixes)
    }

    /// The suffixes follow the contents as long as they fit on the line, and then continue on further lines.
    private static func assembled(_ contents: String, _ suffixes: [String]) -> String {
        var text = contents
        // This is PyTorch's count: two more than the characters since the last line break.
        var lineLength = (contents.split(separator: "\n", omittingEmptySubsequences: false).last?.count ?? 0) + 2
        for suffix in suffixes {
            if lineLength + suffix.count + 2 > TensorFormatter.lineWidth {
                text += ",\n       " + suffix
                lineLength = 7 + suffix.count
            } else {
                text += ", " + suffix
                lineLength += suffix.count + 2
            }
        }
        return text + ")"
    }

    /// Returns the elements as `print` shows them; throws if they cannot be read (sparse and quantized tensors).
    private func writtenElements() throws -> String {
        guard isStrided else { throw TorchError(kind: .type, message: "the elements have no plain layout") }
        let isSummarized = count > TensorFormatter.longestWhole
        let shown = isSummarized ? try detach().withEdgesOnly() : try detach()
        return TensorFormatter(
            elements: try shown.printableElements(), shape: shown.shape,
            abbreviated: shape.map { isSummarized && $0 > 2 * TensorFormatter.edgeCount }
        ).text(indent: 7)
    }

    private var isStrided: Bool {
        defer { keepAlive(self) }
        return ct_tensor_layout(pointer) == 0
    }

    /// Returns the first and last three places of each dimension that has more than six.
    private func withEdgesOnly() throws -> Tensor {
        let edge = TensorFormatter.edgeCount
        var result = self
        for (dim, size) in shape.enumerated() where size > 2 * edge {
            result = try Tensor.cat(
                [
                    try result.narrow(dim: dim, start: 0, length: edge),
                    try result.narrow(dim: dim, start: size - edge, length: edge),
                ], dim: dim)
        }
        return result
    }

    private func printableElements() throws -> TensorFormatter.Elements {
        if dtype == .bool {
            return .words(try array(Bool.self).map { $0 ? "True" : "False" })
        }
        if dtype == .uint64 {
            return .words(try array(UInt64.self).map(String.init))
        }
        if dtype.isFloatingPoint {
            return .numbers(try array(Double.self))
        }
        if dtype.isComplex {
            let parts = try complexParts()
            return .complexNumbers(real: parts.real, imaginary: parts.imaginary)
        }
        return .words(try array(Int64.self).map(String.init))
    }

    private func complexParts() throws -> (real: [Double], imaginary: [Double]) {
        let source = try to(.complex128)
        defer { keepAlive(source) }
        let count = source.count
        var pairs = [Double](repeating: 0, count: 2 * count)
        try check(ct_tensor_copy_bytes(source.pointer, &pairs, Int64(16 * count)))
        return ((0..<count).map { pairs[2 * $0] }, (0..<count).map { pairs[2 * $0 + 1] })
    }
}
