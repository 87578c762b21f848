// The options that are strings or numbers in PyTorch. Each set of them is an enumeration whose raw values are
// PyTorch's.

/// How a loss reduces the losses of the elements to its result.
public enum Reduction: Int, CaseIterable, Sendable {
    /// No reduction: they stay as they are.
    case none = 0
    /// Their mean; weighted if the loss has weights.
    case mean = 1
    /// Their sum.
    case sum = 2
}

extension Tensor {
    /// How a quotient becomes a whole number.
    public enum RoundingMode: String, CaseIterable, Sendable {
        /// Toward zero, as integer division in C and Swift does.
        case trunc
        /// Down, as Python's `//` does.
        case floor
    }

    /// What `scatter` does with an element that it writes to, instead of replacing it.
    public enum ScatterOperation: String, CaseIterable, Sendable {
        case add, multiply
    }

    /// How `scatterReduce` combines the elements that go to one place.
    public enum ScatterReduction: String, CaseIterable, Sendable {
        case sum, prod, mean, amax, amin
    }

    /// How `indexReduce` combines the elements that go to one place; `indexAdd` adds them.
    public enum IndexReduction: String, CaseIterable, Sendable {
        case prod, mean, amax, amin
    }

    /// How `segmentReduce` combines the elements of a segment.
    public enum SegmentReduction: String, CaseIterable, Sendable {
        case sum, mean, max, min, prod
    }

    /// Which tensor's elements go down the rows of `meshgrid`.
    public enum GridIndexing: String, CaseIterable, Sendable {
        /// The first tensor's, as in a matrix.
        case ij
        /// The second tensor's, as in a plot: the first one's go along the columns.
        case xy
    }

    /// How a quantile between two elements is computed.
    public enum QuantileInterpolation: String, CaseIterable, Sendable {
        case linear, lower, higher, midpoint, nearest
    }

    /// One side of a row.
    public enum Side: String, CaseIterable, Sendable {
        case left, right
    }

    /// What stands around a padded tensor.
    public enum PadMode: String, CaseIterable, Sendable {
        /// One number.
        case constant
        /// The tensor mirrored at its edge, without repeating the edge.
        case reflect
        /// The edge repeated.
        case replicate
        /// The other side's elements.
        case circular
    }

    /// The padding of a convolution by its purpose.
    public enum ConvolutionPadding: String, CaseIterable, Sendable {
        /// As much as gives the output the input's size, for a stride of 1.
        case same
        /// None.
        case valid
    }

    /// How the GELU is computed.
    public enum GELUApproximation: String, CaseIterable, Sendable {
        /// Exactly, with the error function.
        case none
        /// With a hyperbolic tangent.
        case tanh
    }
}

extension FFT {
    /// Which of the two directions of a Fourier transform is divided by the number of elements.
    public enum Normalization: String, CaseIterable, Sendable {
        /// The inverse one, as without the option.
        case backward
        case forward
        /// Both, by the root of the number, so that the transform is unitary.
        case ortho
    }
}

extension Linalg {
    /// A norm of matrices that no number names.
    public enum MatrixNorm: String, CaseIterable, Sendable {
        /// Frobenius': the root of the sum of the squares of the elements.
        case fro
        /// The nuclear norm: the sum of the singular values.
        case nuc
    }

    /// The half of a symmetric matrix that is read.
    public enum Triangle: String, CaseIterable, Sendable {
        case lower = "L"
        case upper = "U"
    }

    /// How much of a QR decomposition is computed.
    public enum QRMode: String, CaseIterable, Sendable {
        /// As many columns of Q as the smaller size of the matrix.
        case reduced
        /// All of Q.
        case complete
        /// R alone.
        case r
    }

    /// LAPACK's function for least squares.
    public enum LeastSquaresDriver: String, CaseIterable, Sendable {
        /// QR with pivoting, of general matrices.
        case gelsy
        /// QR, of matrices of full rank: the fastest, and the only one on CUDA.
        case gels
        /// Singular values, by divide and conquer.
        case gelsd
        /// Singular values.
        case gelss
    }

    /// cuSOLVER's function for singular values, which only CUDA tensors take.
    public enum SVDDriver: String, CaseIterable, Sendable {
        case gesvd, gesvdj, gesvda
    }
}
