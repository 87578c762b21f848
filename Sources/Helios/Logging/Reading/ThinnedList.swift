/// Elements of a sequence of any length at equal distances, in a fixed amount of memory: whenever it is full, every second one
/// goes. The last element always stays.
package struct ThinnedList<Element: Sendable>: Sendable {
    /// The number of elements that were added.
    package private(set) var count = 0
    private var kept: [Element] = []
    private var last: Element?
    private var distance = 1
    private let capacity: Int

    /// - Parameter capacity: how many elements there may be besides the last; at least two.
    package init(capacity: Int) {
        self.capacity = max(capacity, 2)
    }

    /// The elements that are left, in their order.
    package var elements: [Element] {
        let hasLast = !kept.isEmpty && (count - 1) % distance == 0
        return kept + (hasLast ? [] : last.map { [$0] } ?? [])
    }

    /// Adds an element behind the others.
    package mutating func append(_ element: Element) {
        last = element
        if count % distance == 0, kept.count == capacity { thin() }
        if count % distance == 0 { kept.append(element) }
        count += 1
    }

    /// Removes every second element, but neither the first nor the last; if only these are left, the first.
    package mutating func thin() {
        kept = kept.count < 2 ? [] : kept.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        distance *= 2
    }
}
