import Testing

@testable import Helios

@Suite struct TextTableTests {
    @Test("the first column is to the left, the others to the right")
    func columns() {
        let table = TextTable(["part", "calls", "µs"], [["a", "1000", "1"], ["longer", "", "12"]])
        #expect(
            table.description == """
                part    calls  µs
                a        1000   1
                longer         12
                """)
    }

    @Test("rows need not be of one length")
    func ragged() {
        #expect(TextTable([], []).description == "")
        #expect(TextTable(["a"], [["b", "c"], []]).description.split(separator: "\n").first == "a")
    }

    @Test(
        "times have three digits and the unit that suits them",
        arguments: [
            (0.0, "0 ns"), (4.2e-8, "42 ns"), (1.234e-6, "1.23 µs"), (45.67e-6, "45.7 µs"), (0.999e-3, "999 µs"),
            (0.25, "250 ms"), (12.345, "12.3 s"), (3600, "3600 s"), (9.996e-3, "10.0 ms"), (-1, "0 ns"),
        ])
    func durations(seconds: Double, text: String) {
        #expect(TextTable.duration(seconds) == text)
    }
}
