import Testing

@testable import Helios

@Suite struct LiveViewTests {
    private let status = ProgressStatus(
        bars: [
            .init(name: "epoch", done: 3, total: 20, fraction: 0.13, details: ["02:10 left"]),
            .init(name: "batch", done: 27, total: 45, fraction: 0.6, details: ["412.3/s", "13194 samples/s"]),
        ],
        losses: [.init(name: "loss", value: 0.12345, history: [1000, 100, 10, 1])],
        scores: [.init(name: "accuracy", value: 0.9712, best: 0.9801)], memory: 312_400_000)

    private func text(_ status: ProgressStatus, _ columns: Int, rows: Int = 16) -> [String] {
        LiveView.lines(status, columns: columns, rows: rows).map(\.text)
    }

    @Test("names, numbers and bars are aligned")
    func wide() {
        #expect(
            text(status, 79) == [
                "epoch           3/20  ███░░░░░░░░░░░░░░░░░░░░░░   13%  02:10 left",
                "batch          27/45  ███████████████░░░░░░░░░░   60%  412.3/s  13194 samples/s",
                "loss          0.1235  █▆▃▁", "accuracy      0.9712  best 0.9801", "memory        312 MB",
            ])
    }

    @Test("in a narrow window bars become shorter, what has no room goes, and no number is cut off")
    func narrow() {
        #expect(
            text(status, 39) == [
                "epoch        3/20  ░░░░░░░   13%", "batch       27/45  ████░░░   60%",
                "loss       0.1235  █▆▃▁", "accuracy   0.9712  best 0.9801", "memory     312 MB",
            ])
        #expect(
            text(status, 19) == [
                "epoch      3/20", "batch     27/45", "loss     0.1235", "accur…   0.9712", "memory   312 MB",
            ])
        #expect(text(status, 9) == ["…    3/20", "…   27/45", "…  0.1235", "…  0.9712", "…  312 MB"])
    }

    @Test("no line is longer than the window, whatever is in it", arguments: 1...120)
    func width(columns: Int) {
        var status = status
        status.losses += [
            .init(name: "損失 🙂 of the 👩‍👩‍👧‍👦", value: 1.5, history: Array(repeating: 2, count: 500)),
            .init(name: "a\u{1B}[31m\nb", value: -.infinity, history: [.nan]),
            .init(name: String(repeating: "x", count: 300), value: -1.234e-300, history: []),
        ]
        status.bars.append(.init(name: "training", done: 123_456_789, total: nil, fraction: nil, details: ["1.0/s"]))
        for line in LiveView.lines(status, columns: columns, rows: 16) {
            #expect(line.columns <= columns && line.columns == TerminalText.columns(of: line.text))
            #expect(!line.text.contains("\u{1B}") && !line.text.contains("\n"))
        }
    }

    @Test("losses that have no room are counted")
    func many() {
        var status = status
        status.losses = (0..<20).map { .init(name: "loss \($0)", value: 1, history: []) }
        let lines = text(status, 79, rows: 8)
        #expect(lines.count == 8)
        #expect(lines[2...5].map { $0.prefix(7) } == ["loss 0 ", "loss 1 ", "loss 2 ", "and 17 "])
    }

    @Test("a score that is not known yet is a dash, beside the best of the runs before")
    func resumed() {
        var status = ProgressStatus()
        status.scores = [.init(name: "accuracy", value: nil, best: 0.98)]
        #expect(text(status, 79) == ["accuracy           –  best 0.98"])
    }

    @Test("the columns stay where they are when a bar with a longer name comes")
    func reserved() {
        var status = status
        status.reservedNames = ["validation"]
        let before = text(status, 79)
        #expect(before.count == 5 && before[1].hasPrefix("batch            27/45"))
        status.bars[1] = .init(name: "validation", done: 1, total: 2, fraction: 0.5, details: [])
        #expect(text(status, 79)[0] == before[0])
    }

    @Test("colors are escape sequences around the text, and only there")
    func colors() {
        var line = ViewLine()
        line.append("a", .faint)
        line.append("b\u{1B}", .accent)
        line.append("c")
        #expect(line.text == "ab\\u{1B}c" && line.columns == 9)
        #expect(line.styledText == "\u{1B}[2ma\u{1B}[0m\u{1B}[36mb\\u{1B}\u{1B}[0mc")
    }
}
