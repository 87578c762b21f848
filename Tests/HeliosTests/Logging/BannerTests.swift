import Testing

@testable import Helios

@Suite struct BannerTests {
    @Test("the banner has the versions, the device and the seed")
    func banner() {
        let text = Banner.text(device: .cpu, seed: 42)
        for part in ["Helios \(HeliosVersion.current)", LibTorch.version, "cpu", "42"] { #expect(text.contains(part)) }
    }
}
