/// Matches detections with ground truths as COCO does, and averages precision and recall.
struct DetectionEvaluation {
    /// Whose objects count, by their area in pixels.
    private enum Size: CaseIterable {
        case all, small, medium, large

        var areas: ClosedRange<Double> {
            switch self {
            case .all: 0...1e10
            case .small: 0...1024
            case .medium: 1024...9216
            case .large: 9216...1e10
            }
        }
    }

    /// A detection and whether it was right at a threshold; those that do not count are not here.
    private struct Match {
        let score: Double
        let isRight: Bool
    }

    private let overlaps: [Double]
    private let maxDetections: [Int]
    private var labels: [Int] = []
    /// By size, label and overlap; NaN if there is nothing to find.
    private var precisions: [Size: [[Double]]] = [:]
    /// By size, number of detections, label and overlap.
    private var recalls: [Size: [Int: [[Double]]]] = [:]

    init(overlaps: [Double], maxDetections: [Int]) {
        (self.overlaps, self.maxDetections) = (overlaps, maxDetections)
    }

    mutating func evaluate(_ images: DetectionImages) {
        labels = images.parts.keys.sorted()
        for label in labels {
            let parts = (images.parts[label] ?? [:]).sorted { $0.key < $1.key }.map(\.value)
            // Overlaps do not depend on what is counted.
            let overlaps = parts.map { part in
                part.found.map { found in part.truths.map { found.box.overlap($0.box, isCrowd: $0.isCrowd) } }
            }
            for size in Size.allCases {
                for limit in maxDetections where size == .all || limit == maxDetections.last {
                    let scores = self.overlaps.map { score(parts, overlaps, size.areas, limit, threshold: $0) }
                    recalls[size, default: [:]][limit, default: []].append(scores.map(\.recall))
                    if limit == maxDetections.last { precisions[size, default: []].append(scores.map(\.precision)) }
                }
            }
        }
    }

    /// Average precision and greatest recall of one label.
    private func score(
        _ parts: [DetectionImages.Part], _ overlaps: [[[Double]]], _ areas: ClosedRange<Double>, _ limit: Int,
        threshold: Double
    ) -> (precision: Double, recall: Double) {
        var (matches, count): ([Match], Int) = ([], 0)
        for (part, overlaps) in zip(parts, overlaps) {
            let isIgnored = part.truths.map { $0.isCrowd || !areas.contains($0.area) }
            count += isIgnored.filter { !$0 }.count
            matches += Self.matches(part, overlaps, isIgnored, areas, limit, threshold)
        }
        guard count > 0 else { return (.nan, .nan) }
        matches = Self.sorted(matches)
        var (right, recalls, precisions): (Int, [Double], [Double]) = (0, [], [])
        for (index, match) in matches.enumerated() {
            if match.isRight { right += 1 }
            recalls.append(Double(right) / Double(count))
            // COCO adds the distance from 1 to the next number in float64.
            precisions.append(Double(right) / (Double(index + 1) + Double.ulpOfOne))
        }
        // Precision at a recall is the greatest at that recall or a greater one.
        for index in precisions.indices.dropLast().reversed() {
            precisions[index] = max(precisions[index], precisions[index + 1])
        }
        var (sum, place) = (0.0, 0)
        for step in 0...100 {
            // As numpy's linspace rounds, which decides about recalls that are a hundredth exactly.
            let wanted = step == 100 ? 1 : Double(step) * 0.01
            while place < recalls.count, recalls[place] < wanted { place += 1 }
            if place < recalls.count { sum += precisions[place] }
        }
        return (sum / 101, recalls.last ?? 0)
    }

    /// The detections of an image that count, each of which took the best ground truth that was left.
    private static func matches(
        _ part: DetectionImages.Part, _ overlaps: [[Double]], _ isIgnored: [Bool], _ areas: ClosedRange<Double>,
        _ limit: Int, _ threshold: Double
    ) -> [Match] {
        // Those that count come first; a detection takes one that does not only if there is no other.
        let order = isIgnored.indices.filter { !isIgnored[$0] } + isIgnored.indices.filter { isIgnored[$0] }
        var isTaken = Array(repeating: false, count: isIgnored.count)
        var matches: [Match] = []
        for (index, found) in part.found.prefix(limit).enumerated() {
            var (best, least): (Int?, Double) = (nil, min(threshold, 1 - 1e-10))
            for truth in order {
                if isTaken[truth], !part.truths[truth].isCrowd { continue }
                if let best, !isIgnored[best], isIgnored[truth] { break }
                guard overlaps[index][truth] >= least else { continue }
                (best, least) = (truth, overlaps[index][truth])
            }
            if let best {
                isTaken[best] = true
                if !isIgnored[best] { matches.append(Match(score: found.score, isRight: true)) }
            } else if areas.contains(found.box.area) {
                matches.append(Match(score: found.score, isRight: false))
            }
        }
        return matches
    }

    /// The surest first; equal ones stay in the order of the images.
    private static func sorted(_ matches: [Match]) -> [Match] {
        matches.sorted { $0.score > $1.score }
    }

    // MARK: Averages

    var scores: DetectionScores {
        let most = maxDetections.last ?? 0
        return DetectionScores(
            map: mean(precisions[.all]), map50: mean(precisions[.all], at: 0.5),
            map75: mean(precisions[.all], at: 0.75),
            mapSmall: mean(precisions[.small]), mapMedium: mean(precisions[.medium]),
            mapLarge: mean(precisions[.large]),
            recalls: maxDetections.map { mean(recalls[.all]?[$0]) },
            recallSmall: mean(recalls[.small]?[most]), recallMedium: mean(recalls[.medium]?[most]),
            recallLarge: mean(recalls[.large]?[most]),
            labels: labels, mapPerLabel: (precisions[.all] ?? []).map { mean([$0]) })
    }

    private func mean(_ scores: [[Double]]?, at overlap: Double? = nil) -> Double {
        let chosen = overlaps.indices.filter { overlap == nil || abs(overlaps[$0] - (overlap ?? 0)) < 1e-9 }
        let known = (scores ?? []).flatMap { scores in chosen.map { scores[$0] } }.filter { !$0.isNaN }
        return known.reduce(0, +) / Double(known.count)
    }
}
