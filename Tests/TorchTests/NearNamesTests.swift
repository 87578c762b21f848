import TestSupport
import Testing

@testable import Torch

@Suite struct NearNamesTests {
    @Test(
        "inserting, removing, replacing and swapping each count as one",
        arguments: [
            ("", "", 0), ("abc", "abc", 0), ("abc", "ab", 1), ("abc", "xabc", 1), ("abc", "axc", 1),
            ("abcd", "acbd", 1),
            ("kitten", "sitting", 3), ("", "abc", 3),
        ])
    func distances(left: String, right: String, distance: Int) {
        #expect(NearNames.distance(Array(left), Array(right)) == distance)
        #expect(NearNames.distance(Array(right), Array(left)) == distance)
    }

    @Test("the nearest names come first, and three at most")
    func nearest() {
        let names = ["Adam", "AdamW", "Adamax", "NAdam", "RAdam", "SGD"]
        #expect(NearNames.nearest(to: "AdmaW", among: names).first == "AdamW")
        #expect(NearNames.nearest(to: "adamw", among: names).first == "AdamW")
        #expect(NearNames.nearest(to: "Adan", among: names).count == 3)
        #expect(NearNames.nearest(to: "Lion9", among: names) == [])
    }

    @Test("a name of which something was left out is near")
    func parts() {
        let names = ["CosineAnnealingLR", "CosineAnnealingWarmRestarts", "StepLR"]
        #expect(NearNames.nearest(to: "cosine", among: names) == Array(names.prefix(2)))
        #expect(NearNames.nearest(to: "CosineLR", among: names) == Array(names.prefix(2)))
        #expect(NearNames.nearest(to: "annealing", among: names) == Array(names.prefix(2)))
        #expect(NearNames.nearest(to: "nneaR", among: names) == [])
    }

    @Test(
        "a text that is not a name is near none",
        arguments: [NamedText("nothing", ""), NamedText("a million letters", String(repeating: "x", count: 1_000_000))])
    func noName(text: NamedText) {
        #expect(NearNames.nearest(to: text.text, among: ["a", "b"]) == [])
    }
}
