import Testing

@testable import Helios

@Suite struct ProgressBarTests {
    @Test("the bar shows how far it is, how fast, how long it takes yet, and the losses")
    func text() {
        let bar = ProgressBar(label: "epoch 3/20", done: 27, total: 45, rate: 412.34, details: ["loss 0.1234"])
        #expect(bar.text() == "epoch 3/20   60% |############........| 27/45  412.3/s  00:00 left  loss 0.1234")
        let slow = ProgressBar(label: "training", done: 0, total: 10, rate: 0.25, details: [])
        #expect(slow.text() == "training    0% |....................| 0/10  4.0 s each  00:40 left")
    }

    @Test("without an end it counts, and before the first step it has no rate")
    func unknown() {
        let endless = ProgressBar(label: "training", done: 7, total: nil, rate: 2, details: [])
        #expect(endless.text() == "training  7  2.0/s")
        #expect(ProgressBar(label: "x", done: 0, total: 0, rate: 0, details: []).text() == "x  0")
    }

    @Test(
        "on a narrow terminal the bar becomes shorter, then what is behind it goes, and no number is cut off",
        arguments: [
            (80, "epoch 3/20   60% |############........| 27/45  412.3/s  00:00 left  loss 1.2e-05"),
            (72, "epoch 3/20   60% |############........| 27/45  412.3/s  00:00 left"),
            (60, "epoch 3/20   60% |############........| 27/45  412.3/s"),
            (46, "epoch 3/20   60% |############........| 27/45"),
            (34, "epoch 3/20   60% |#####....| 27/45"),
            (28, "epoch 3/20   60% 27/45"), (10, "epoch 3/20   60% 27/45"),
        ])
    func narrow(columns: Int, text: String) {
        let bar = ProgressBar(label: "epoch 3/20", done: 27, total: 45, rate: 412.34, details: ["loss 1.2e-05"])
        #expect(bar.text(columns: columns) == text)
    }

    @Test("more than all is all")
    func overshoot() {
        let bar = ProgressBar(label: "x", done: 12, total: 10, rate: 1, details: [])
        #expect(bar.text() == "x  100% |####################| 12/10  1.0/s  00:00 left")
    }

    @Test(
        "times read as on a clock",
        arguments: [(0.4, "00:00"), (59.6, "01:00"), (3599, "59:59"), (3600, "1:00:00"), (90_061, "25:01:01")])
    func durations(seconds: Double, text: String) {
        #expect(ProgressBar.duration(seconds) == text)
    }

    @Test("an unknown time is a question mark", arguments: [Double.infinity, .nan, 1e300])
    func unknownDuration(seconds: Double) {
        #expect(ProgressBar.duration(seconds) == "?")
    }
}
