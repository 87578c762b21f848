extension TrainerOptions {
    /// Options that can have no effect in a training of this length, in sentences for a warning.
    ///
    /// - Parameters:
    ///   - iterations: how many iterations the training has; `nil` if that is not known.
    ///   - isResumed: whether it resumes, so that there are checkpoints of interruptions.
    func unusedOptions(iterations: Int?, isResumed: Bool) -> [String] {
        guard let length else { return [] }
        var messages: [String] = []
        if let count = length.count {
            messages += [unusedStop(in: count, iterations), unusedCheckpoints(in: count)].compactMap(\.self)
        }
        if let keeping = checkpoints?.keeping, keeping != .all, checkpoints?.every == nil, !isResumed {
            messages.append(
                "checkpoints: .in(…, keeping: …) without every: saves a checkpoint only at the end and at an "
                    + "interruption: say checkpoints: .in(…, every: 1, keeping: …) to save one after each "
                    + "\(length.unit)")
        }
        if let every = logs.every, let iterations, every > iterations {
            messages.append(
                "no step is logged: logs: \(logs.description(every: every)) logs every \(every) iterations, and training takes "
                    + "only \(iterations)")
        }
        return messages
    }

    private func unusedStop(in count: Int, _ iterations: Int?) -> String? {
        guard let validation, let needed = validation.stopAfter,
            let cycles = validation.interval.cycles(in: count, iterations: iterations), cycles > 0, needed > cycles
        else { return nil }
        return "stopAfter: \(needed) never ends this training, which has only \(cycles) validation "
            + "cycle\(cycles == 1 ? "" : "s")"
    }

    private func unusedCheckpoints(in count: Int) -> String? {
        guard let every = checkpoints?.every, let unit = length?.unit else { return nil }
        if every > count {
            return "there is no checkpoint before the end: checkpoints: .in(…, every: \(every)) saves one every "
                + "\(every) \(unit)s, and training takes only \(count)"
        }
        guard let kept = checkpoints?.keeping.every, kept > 0 else { return nil }
        let (firstKept, isTooLarge) = (every / greatestCommonDivisor(every, kept)).multipliedReportingOverflow(by: kept)
        return !isTooLarge && firstKept <= count
            ? nil
            : "no checkpoint stays for good: keeping: .last(…, every: \(kept)) keeps those at multiples of \(kept) "
                + "\(unit)s, and a training of \(count) with a checkpoint every \(every) saves none there"
    }
}

private func greatestCommonDivisor(_ left: Int, _ right: Int) -> Int {
    right == 0 ? left : greatestCommonDivisor(right, left % right)
}
