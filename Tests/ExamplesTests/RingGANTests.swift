import Helios
import TestSupport
import Testing

@testable import RingGAN

struct RingGANTests {
    @Test("the generator's points come to lie around the circle", .standardGenerator)
    func learnsTheCircle() throws {
        let model = RingGAN(saveName: "ring")
        let trainer = try Trainer(.epochs(40), device: .cpu, display: .nothing)
        try trainer.fit(model, RingData())
        let samples = try noGrad { try model.sample(1000) }
        let (radius, center): (Double, Double) =
            (try samples.norm(dim: 1).mean().item(), try samples.mean(dim: 0).norm().item())
        // Before training the points lie within 0.3 of one place.
        #expect(0.8...1.2 ~= radius, "\(radius)")
        #expect(center < 0.5, "\(center)")
    }
}
