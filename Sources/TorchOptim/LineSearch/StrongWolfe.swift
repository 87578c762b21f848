import Torch

/// A search along a direction for a step that lowers the loss enough and flattens its slope enough (the strong Wolfe
/// conditions), by brackets and cubic interpolation.
///
/// It computes in the order and precision of PyTorch's. Nocedal and Wright 2006, "Numerical optimization", algorithms
/// 3.5 and 3.6.
struct StrongWolfe {
    /// A step with the loss and the gradient there.
    struct Point {
        var step: SearchNumber
        var loss: SearchNumber
        var gradient: Tensor
        /// The derivative of the loss along the direction.
        var slope: SearchNumber
    }

    let direction: Tensor
    /// The point where the search begins, with a step of 0.
    let start: Point
    /// Brackets that differ in the parameters by less than this are not divided further.
    let toleranceChange: Double
    /// The greatest number of steps that are tried after the first.
    let maxEvaluations: Int
    /// Evaluates the loss and the gradient after a step.
    let evaluate: (SearchNumber) throws -> (SearchNumber, Tensor)

    /// The part of the decrease promised by the slope that is enough.
    private let sufficientDecrease: SearchNumber = 1e-4
    /// The part of the slope that may remain.
    private let curvature: SearchNumber = 0.9

    init(
        direction: Tensor, start: Point, toleranceChange: Double, maxEvaluations: Int,
        evaluate: @escaping (SearchNumber) throws -> (SearchNumber, Tensor)
    ) {
        self.direction = direction
        self.start = start
        self.toleranceChange = toleranceChange
        self.maxEvaluations = maxEvaluations
        self.evaluate = evaluate
    }

    /// Returns the best point found, and how many were tried.
    func search(from first: SearchNumber) throws -> (point: Point, evaluations: Int) {
        var (bracket, isDone, tried) = try bracket(from: first)
        guard bracket.count == 2 else { return (bracket[0], tried + 1) }
        var (low, high) = bracket[0].loss <= bracket[1].loss ? (0, 1) : (1, 0)
        let greatestChange = try SearchNumber(direction.abs().max())
        var hasLittleProgress = false
        while !isDone, tried < maxEvaluations {
            let width = (bracket[1].step - bracket[0].step).magnitude
            if width * greatestChange < SearchNumber(toleranceChange) { break }
            var step = try cubicMinimum(bracket[0], bracket[1])
            moveFromBounds(&step, bracket, &hasLittleProgress)
            let new = try point(at: step)
            tried += 1
            if isTooHigh(new) || new.loss >= bracket[low].loss {
                bracket[high] = new
                (low, high) = bracket[0].loss <= bracket[1].loss ? (0, 1) : (1, 0)
            } else {
                if isFlatEnough(new) {
                    isDone = true
                } else if new.slope * (bracket[high].step - bracket[low].step) >= 0 {
                    bracket[high] = bracket[low]
                }
                bracket[low] = new
            }
        }
        return (bracket[low], tried + 1)
    }

    /// Goes further and further until there is a good point, or two points with a good one between them.
    private func bracket(from first: SearchNumber) throws -> (points: [Point], isDone: Bool, tried: Int) {
        var previous = start
        var new = try point(at: first)
        var tried = 0
        while tried < maxEvaluations {
            if isTooHigh(new) || (tried > 1 && new.loss >= previous.loss) { return ([previous, new], false, tried) }
            if isFlatEnough(new) { return ([new], true, tried) }
            if new.slope >= 0 { return ([previous, new], false, tried) }
            let bounds = (new.step + 0.01 * (new.step - previous.step), new.step * 10)
            let next = try cubicMinimum(previous, new, bounds: bounds)
            previous = new
            new = try point(at: next)
            tried += 1
        }
        return ([start, new], false, tried)
    }

    private func point(at step: SearchNumber) throws -> Point {
        let (loss, gradient) = try evaluate(step)
        return Point(step: step, loss: loss, gradient: gradient, slope: try SearchNumber(gradient.dot(direction)))
    }

    private func isTooHigh(_ point: Point) -> Bool {
        point.loss > start.loss + sufficientDecrease * point.step * start.slope
    }

    private func isFlatEnough(_ point: Point) -> Bool {
        point.slope.magnitude <= -curvature * start.slope
    }

    /// Returns the place within bounds where the cubic through two points with their slopes has its minimum.
    private func cubicMinimum(
        _ first: Point, _ second: Point, bounds: (SearchNumber, SearchNumber)? = nil
    ) throws -> SearchNumber {
        let (x1, x2) = (first.step, second.step)
        let (least, greatest) = bounds ?? (x1 <= x2 ? (x1, x2) : (x2, x1))
        let chord: SearchNumber = 3 * (first.loss - second.loss) / (x1 - x2)
        let mixed = first.slope + second.slope - chord
        let square = mixed * mixed - first.slope * second.slope
        guard square >= 0 else { return (least + greatest) / 2 }
        let root = try square.squareRoot()
        let position: SearchNumber
        if x1 <= x2 {
            let part = (second.slope + root - mixed) / (second.slope - first.slope + 2 * root)
            position = x2 - (x2 - x1) * part
        } else {
            let part = (first.slope + root - mixed) / (first.slope - second.slope + 2 * root)
            position = x1 - (x1 - x2) * part
        }
        return .least(.greatest(position, least), greatest)
    }

    /// Moves a step that lies close to a bound for the second time, or beyond it, into the bracket by a tenth of its
    /// width.
    private func moveFromBounds(_ step: inout SearchNumber, _ bracket: [Point], _ hasLittleProgress: inout Bool) {
        let greatest = SearchNumber.greatest(bracket[0].step, bracket[1].step)
        let least = SearchNumber.least(bracket[0].step, bracket[1].step)
        let margin = 0.1 * (greatest - least)
        guard .least(greatest - step, step - least) < margin else {
            hasLittleProgress = false
            return
        }
        guard hasLittleProgress || step >= greatest || step <= least else {
            hasLittleProgress = true
            return
        }
        step = (step - greatest).magnitude < (step - least).magnitude ? greatest - margin : least + margin
        hasLittleProgress = false
    }
}
