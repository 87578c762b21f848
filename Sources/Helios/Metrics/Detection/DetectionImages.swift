/// The boxes of all images, by label: what a state of `MeanAveragePrecision` holds.
struct DetectionImages {
    struct Box {
        let left, top, right, bottom: Double

        var area: Double { (right - left) * (bottom - top) }

        /// The intersection over the union; over this box alone if the other is a crowd.
        func overlap(_ other: Box, isCrowd: Bool) -> Double {
            let width = min(right, other.right) - max(left, other.left)
            let height = min(bottom, other.bottom) - max(top, other.top)
            guard width > 0, height > 0 else { return 0 }
            let shared = width * height
            return shared / (isCrowd ? area : area + other.area - shared)
        }
    }

    struct Found {
        let box: Box
        let score: Double
    }

    struct Truth {
        let box: Box
        let area: Double
        let isCrowd: Bool
    }

    /// What is of one label in one image; the surest first.
    struct Part {
        var found: [Found] = []
        var truths: [Truth] = []
    }

    /// By label, then by image.
    private(set) var parts: [Int: [Int: Part]] = [:]
    /// Whether a number is missing, so that there are no scores.
    private(set) var hasNaN = false

    init(_ state: MetricState) throws {
        let counts = try state.rows("counts")?.flatten().array(Int.self) ?? []
        func numbers(_ name: String) throws -> [Double] { try state.rows(name)?.flatten().array(Double.self) ?? [] }
        func integers(_ name: String) throws -> [Int] { try state.rows(name)?.flatten().array(Int.self) ?? [] }
        let (boxes, scores, labels) = (try numbers("boxes"), try numbers("scores"), try integers("labels"))
        let (truthBoxes, areas) = (try numbers("truth_boxes"), try numbers("truth_areas"))
        let (truthLabels, crowds) = (try integers("truth_labels"), try integers("truth_crowds"))
        hasNaN = [boxes, scores, truthBoxes, areas].contains { $0.contains(where: \.isNaN) }
        func box(_ numbers: [Double], _ index: Int) -> Box {
            Box(
                left: numbers[4 * index], top: numbers[4 * index + 1], right: numbers[4 * index + 2],
                bottom: numbers[4 * index + 3])
        }
        var (first, firstTruth) = (0, 0)
        for image in 0..<(counts.count / 2) {
            for index in first..<(first + counts[2 * image]) {
                parts[labels[index], default: [:]][image, default: Part()].found.append(
                    Found(box: box(boxes, index), score: scores[index]))
            }
            for index in firstTruth..<(firstTruth + counts[2 * image + 1]) {
                parts[truthLabels[index], default: [:]][image, default: Part()].truths.append(
                    Truth(box: box(truthBoxes, index), area: areas[index], isCrowd: crowds[index] != 0))
            }
            first += counts[2 * image]
            firstTruth += counts[2 * image + 1]
        }
        for label in parts.keys {
            // Swift's sort keeps the order of equal scores, as COCO's does.
            for image in parts[label, default: [:]].keys {
                parts[label]?[image]?.found.sort { $0.score > $1.score }
            }
        }
    }
}
