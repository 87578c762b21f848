import TestSupport
import Testing
import Torch

@Suite(.standardGenerator) struct TorchErrorTests {
    private func error(_ call: () throws -> Tensor) -> TorchError? {
        do {
            _ = try call()
            return nil
        } catch {
            return error as? TorchError
        }
    }

    @Test("a wrong shape is an error that names the operation and the shapes")
    func shapes() throws {
        let (a, b) = (try Tensor.zeros(2, 3), try Tensor.zeros(4, 5))
        let failure = try #require(error { try a.matmul(b) })
        #expect(failure.kind == .shape)
        #expect(failure.operation == "matmul")
        #expect(failure.inputs == "float32[2, 3], float32[4, 5]")
        #expect(failure.message == "mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)")
        #expect(
            failure.description
                == "matmul(float32[2, 3], float32[4, 5]): mat1 and mat2 shapes cannot be multiplied (2x3 and 4x5)")
    }

    @Test("failures have their kinds")
    func kinds() throws {
        let (x, i) = (try Tensor.zeros(2, 3), try Tensor([1, 2]))
        let calls: [(TorchError.Kind, String, () throws -> Tensor)] = [
            (.shape, "add", { try x + Tensor.zeros(4) }),
            (.shape, "reshape", { try x.reshape(4) }),
            (.shape, "view", { try x.t().view(6) }),
            (.shape, "cat", { try Tensor.cat([x, Tensor.zeros(1, 1)]) }),
            (.shape, "zeros", { try Tensor.zeros(2, -1) }),
            (.shape, "conv2d", { try Tensor.conv2d(x, weight: Tensor.zeros(1, 1, 3, 3)) }),
            (.shape, "mm", { try x.mm(Tensor.zeros(3)) }),
            (.index, "sum", { try x.sum(dims: [2]) }),
            (.index, "select", { try x.select(dim: 0, index: 2) }),
            (.index, "index_select", { try x.indexSelect(dim: 0, index: Tensor([7])) }),
            (.index, "gather", { try x.gather(dim: 0, index: Tensor([[9]])) }),
            (.index, "nll_loss", { try Tensor.nllLoss(x, Tensor([0, 3])) }),
            (.type, "matmul", { try x.matmul(Tensor([[1], [2], [3]])) }),
            (.type, "mean", { try i.mean() }),
            (.type, "add_", { try i.add_(0.5) }),
            (.type, "index_select", { try x.indexSelect(dim: 0, index: Tensor([0.5])) }),
            (.type, "full", { try Tensor.full([2], Double.nan, dtype: .int64) }),
            (.type, "bitwise_and", { try x.bitwiseAnd(x) }),
            (.outOfMemory, "zeros", { try Tensor.zeros(1 << 50) }),
            (.outOfMemory, "empty", { try Tensor.empty(1 << 62, 4) }),
            (.outOfMemory, "clone", { try Tensor.zeros(1).expand(1 << 50).contiguous().clone() }),
        ]
        for (kind, operation, call) in calls {
            let failure = error(call)
            #expect(failure?.kind == kind, "\(operation): \(String(describing: failure))")
            if operation != "clone" { #expect(failure?.operation == operation) }
        }
    }

    @Test("no message has a C++ stack, a source file or a line break at its end")
    func plainWords() throws {
        let x = try Tensor.zeros(2, 3)
        let calls: [() throws -> Tensor] = [
            { try Tensor.zeros(1 << 50) }, { try x.view(5) }, { try x.bitwiseAnd(x) }, { try x + .undefined },
            { try Tensor.einsum("ij,jk", [x]) },
            { try x.to(DType(rawValue: 77)) },
        ]
        for call in calls {
            let message = try #require(error(call)).message
            for part in ["Exception raised", ".cpp", ".h:", "enforce fail", "C++", "frame #"] {
                #expect(!message.contains(part), "\(message)")
            }
            #expect(message.last != "\n" && !message.isEmpty)
        }
        let message = error { try Tensor.zeros(1 << 50) }?.message
        #expect(message?.hasPrefix("DefaultCPUAllocator: can't allocate memory") == true)
    }

    @Test("integers divided by zero, and the least by -1, are errors, not the end of the process")
    func integerDivision() throws {
        let (x, zero) = (try Tensor([1, 2]), try Tensor([0, 1]))
        #expect(error { try x.floorDivide(zero) }?.message == "ZeroDivisionError")
        #expect(error { try x % zero } != nil)
        #expect(error { try x % 0 } != nil)
        #expect(error { try x.fmod(0) } != nil)
        #expect(error { try x.div(zero, roundingMode: .trunc) } != nil)
        #expect(error { try x.div(0, roundingMode: .floor) } != nil)
        for (least, dtype) in [(Int.min, DType.int64), (Int(Int32.min), .int32)] {
            let least = try Tensor([least, 5]).to(dtype)
            let failure = error { try least.div(Tensor([-1, 1]), roundingMode: .trunc) }
            #expect(failure?.message.hasPrefix("integer overflow") == true || dtype == .int32)
            #expect(error { try least.div(-1, roundingMode: .trunc) } != nil)
            #expect(error { try least.div_(Tensor([-1, 1]).to(dtype), roundingMode: .trunc) } != nil)
            #expect(try least.div(Tensor([1, -1]), roundingMode: .trunc).count == 2)
            #expect(error { try least.floorDivide(-1) } == nil)
            #expect(error { try least % -1 } == nil)
        }
        #expect(try Tensor([1, -1]).div(0).array(Float.self) == [.infinity, -.infinity])
    }

    @Test("a scale that makes a pixel of more places than can be counted is an error", arguments: [1e-8, 1e-300])
    func smallScales(scale: Double) throws {
        let image = try Tensor.rand(1, 1, 4, 4)
        for (vertical, horizontal) in [(scale, nil), (nil, scale)] as [(Double?, Double?)] {
            for resize in [Tensor.upsampleBilinear2dAa, Tensor.upsampleBicubic2dAa] as [Resize] {
                let failure = error { try resize(image, [3, 3], false, vertical, horizontal) }
                #expect(failure?.message.hasPrefix("a scale of 1e-") == true)
            }
        }
        let half = try Tensor.upsampleBilinear2dAa(image, outputSize: [2, 2], alignCorners: false, scalesH: 0.5)
        #expect(half.count == 4)
    }

    private typealias Resize = (Tensor, [Int], Bool, Double?, Double?) throws -> Tensor

    @Test("least squares without a right-hand side are an error, though LAPACK would end the process")
    func emptyLeastSquares() throws {
        let (matrix, sides) = (try Tensor.rand(4, 3), try Tensor.zeros(4, 0))
        let failure = error { try Linalg.lstsq(matrix, sides, driver: .gelss).solution }
        #expect(failure?.message.contains("leave the driver out") == true)
        #expect(try Linalg.lstsq(matrix, sides).solution.shape == [3, 0])
    }

    @Test("segments beyond their data are an error")
    func segments() throws {
        let data = try Tensor.ones(4, 3)
        for numbers in [[0, 5], [2, 1], [-1, 4], [0, Int.max], []] {
            let offsets = try Tensor(numbers, shape: [numbers.count])
            #expect(error { try Tensor.segmentReduce(data, reduce: .sum, offsets: offsets) } != nil, "\(numbers)")
        }
        for numbers in [[5], [-1, 5], [4, Int.max]] {
            let lengths = try Tensor(numbers, shape: [numbers.count])
            let failure = error { try Tensor.segmentReduce(data, reduce: .sum, lengths: lengths, unsafe: true) }
            #expect(failure?.message.contains("places of dimension 0") == true, "\(numbers)")
        }
        let offsets = try Tensor([0, 1, 4])
        #expect(try Tensor.segmentReduce(data, reduce: .sum, offsets: offsets)[.all, 0].array(Int.self) == [1, 3])
    }

    @Test("pivots that no factorization gives are an error")
    func pivots() throws {
        let sides = try Tensor.rand(3, 2)
        let indefinite = try Tensor([[0, 1, 2], [1, 0, 1], [2, 1, 0]], dtype: .float32)
        let (factors, pivots) = try Linalg.ldlFactor(indefinite)
        try expectClose(indefinite.matmul(Linalg.ldlSolve(factors, pivots: pivots, b: sides)), sides)
        for numbers in [[0, 2, 3], [1, 2, -3], [-3, 2, 3], [-2, -2, -3], [1, 2, 1000]] {
            let wrong = try Tensor(numbers, shape: [3]).to(.int32)
            #expect(error { try Linalg.ldlSolve(factors, pivots: wrong, b: sides) } != nil, "\(numbers)")
        }
    }

    @Test("an operation on a device that is not there is an error that says so")
    func missingDevices() {
        for index in [-1, -7, 128, Int.max, Int.min] {
            let message = error { try Tensor.zeros(2, device: .cuda(index)) }?.message
            #expect(message?.hasPrefix("there is no device cuda:") == true)
        }
        guard !CUDA.isAvailable else { return }
        let message = "CUDA is not available: this libtorch finds no CUDA device"
        #expect(error { try Tensor.zeros(2, device: .cuda) }?.message == message)
        #expect(error { try Tensor.zeros(2).to(.cuda(1)) }?.message == message)
        #expect(error { try Tensor([1.0], device: .cuda(0)) }?.message == message)
    }

    @Test("an error without an operation is its message")
    func description() {
        #expect(TorchError(kind: .io, message: "no such file").description == "no such file")
        #expect(TorchError(kind: .io, operation: "load", message: "no such file").description == "load: no such file")
        #expect(TorchError(kind: .io, message: "a") == TorchError(kind: .io, message: "a"))
    }
}
