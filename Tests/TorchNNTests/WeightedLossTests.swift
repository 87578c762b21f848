import TestSupport
import Testing
import Torch
import TorchNN

struct WeightedLossTests {
    final class AbsoluteLoss: WeightedLoss {
        override func evaluate(_ input: Tensor, _ target: Tensor) throws -> Tensor {
            try l1Loss(input, target)
        }
    }

    final class SizeLoss: WeightedLoss {
        func callAsFunction(_ input: Tensor) throws -> Tensor {
            try call(input) { try weighted(input.abs().mean()) }
        }
    }

    final class ForgetfulLoss: WeightedLoss {}

    @Test("a loss of one's own is multiplied by its weight, and so are its gradients")
    func lossIsWeighted() throws {
        let (input, target) = (try Tensor([1.0, 4]).requiresGrad_(), try Tensor([3.0, 3]))
        let loss = try AbsoluteLoss(lossWeight: 0.5)(input, target)
        try loss.backward()
        #expect(try loss.item(Double.self) == 0.75)
        #expect(try #require(input.grad).array(Double.self) == [-0.25, 0.25])
        #expect(try AbsoluteLoss()(input, target).item(Double.self) == 1.5)
    }

    @Test("the weight may change during training")
    func weightChanges() throws {
        let loss = AbsoluteLoss()
        loss.lossWeight = 2
        #expect(try loss(Tensor([1.0, 4]), Tensor([3.0, 3])).item(Double.self) == 3)
    }

    @Test("a loss of other arguments is weighted too")
    func otherArguments() throws {
        #expect(try SizeLoss(lossWeight: 3)(Tensor([-1.0, 3])).item(Double.self) == 6)
    }

    @Test("a loss that does not say what it computes is an error that names it")
    func forgottenOverrideThrows() throws {
        let loss = ForgetfulLoss()
        let error = #expect(throws: TorchError.self) { try loss(Tensor([1.0]), Tensor([1.0])) }
        #expect(error?.description.contains("ForgetfulLoss") == true)
    }
}
