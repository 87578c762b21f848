import Torch

extension SplitPattern {
    /// Finds all places that fit, from the start of a text to its end.
    ///
    /// - Parameters:
    ///   - text: in UTF-8.
    ///   - body: receives the places in order. None is empty, and none overlaps another.
    /// - Throws: `DataError` if the pattern takes too many steps on this text.
    func forEachMatch(in text: UnsafeRawBufferPointer, _ body: (Range<Int>) -> Void) throws {
        try steps.withUnsafeBufferPointer { steps in
            try classes.withUnsafeBufferPointer { classes in
                var matcher = Matcher(steps: steps, classes: classes, text: text)
                var position = 0
                while position < text.count {
                    if let end = try matcher.end(ofMatchAt: position), end > position {
                        body(position..<end)
                        position = end
                    } else {
                        position += text.characterLength(at: position)
                    }
                }
            }
        }
    }
}

/// Tries the alternatives of a pattern one after the other, and goes back to the last choice when one does not fit.
private struct Matcher {
    /// A choice that can be made in another way.
    private struct Choice {
        let step: Int
        var position: Int
        /// A repetition can give back characters down to here.
        let least: Int
    }

    private let steps: UnsafeBufferPointer<SplitPattern.Step>
    private let classes: UnsafeBufferPointer<CharacterClass>
    private let text: UnsafeRawBufferPointer
    private var choices: [Choice] = []

    /// Far more steps than a pattern that divides texts takes for a match, whose time grows with the text. Some
    /// patterns take time that doubles with each character.
    private let greatestStepCount: Int

    init(
        steps: UnsafeBufferPointer<SplitPattern.Step>, classes: UnsafeBufferPointer<CharacterClass>,
        text: UnsafeRawBufferPointer
    ) {
        self.steps = steps
        self.classes = classes
        self.text = text
        greatestStepCount = (1 << 20) + 64 * text.count
    }

    /// Where the match ends that begins at a position; `nil` if there is none.
    mutating func end(ofMatchAt start: Int) throws -> Int? {
        var budget = greatestStepCount
        return try run(0, start, &budget)
    }

    private mutating func run(_ firstStep: Int, _ start: Int, _ budget: inout Int) throws -> Int? {
        let base = choices.count
        defer { choices.removeSubrange(base...) }
        var (step, position) = (firstStep, start)
        while true {
            budget -= 1
            guard budget > 0 else {
                throw DataError("a tokenizer's pattern takes too long on a text of \(text.count) bytes")
            }
            var fits = true
            switch steps[step] {
            case .accept: return position
            case .jump(let target): step = target
            case .choose(let first, let second):
                // Most alternatives end at their first character.
                if canBegin(first, at: position) {
                    choices.append(Choice(step: second, position: position, least: position))
                    step = first
                } else {
                    step = second
                }
            case .one(let set):
                if isIn(set, position) {
                    position += text.characterLength(at: position)
                    step += 1
                } else {
                    fits = false
                }
            case .many(let set, let least, let most, let isPossessive):
                var (count, leastEnd, end) = (0, position, position)
                while count < most, isIn(set, end) {
                    end += text.characterLength(at: end)
                    count += 1
                    if count == least { leastEnd = end }
                }
                budget -= count
                if count < least {
                    fits = false
                } else {
                    if !isPossessive, end > leastEnd {
                        choices.append(
                            Choice(step: step + 1, position: text.characterStart(before: end), least: leastEnd))
                    }
                    position = end
                    step += 1
                }
            case .look(let isNegative, let next):
                let isThere = try run(step + 1, position, &budget) != nil
                if isThere == isNegative { fits = false } else { step = next }
            }
            if !fits {
                guard choices.count > base else { return nil }
                let last = choices.count - 1
                (step, position) = (choices[last].step, choices[last].position)
                if position > choices[last].least {
                    choices[last].position = text.characterStart(before: position)
                } else {
                    choices.removeLast()
                }
            }
        }
    }

    /// Whether there is a character of a class at a position.
    @inline(__always)
    private func isIn(_ set: Int, _ position: Int) -> Bool {
        position < text.count && classes[set].contains(text.character(at: position))
    }

    /// False if a step cannot fit at a position, as far as one look tells.
    @inline(__always)
    private func canBegin(_ step: Int, at position: Int) -> Bool {
        switch steps[step] {
        case .one(let set): isIn(set, position)
        case .many(let set, let least, _, _): least == 0 || isIn(set, position)
        default: true
        }
    }
}

// MARK: - Characters

// The text is valid UTF-8, as every `String` is.
extension UnsafeRawBufferPointer {
    /// The number of bytes of the character that begins at a position.
    @inline(__always)
    func characterLength(at position: Int) -> Int {
        let byte = self[position]
        return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
    }

    /// The character that begins at a position.
    @inline(__always)
    func character(at position: Int) -> UInt32 {
        let byte = UInt32(self[position])
        if byte < 0x80 { return byte }
        let second = UInt32(self[position + 1] & 0x3F)
        if byte < 0xE0 { return (byte & 0x1F) << 6 | second }
        let third = UInt32(self[position + 2] & 0x3F)
        if byte < 0xF0 { return (byte & 0x0F) << 12 | second << 6 | third }
        return (byte & 0x07) << 18 | second << 12 | third << 6 | UInt32(self[position + 3] & 0x3F)
    }

    /// Where the character begins that ends before a position.
    @inline(__always)
    func characterStart(before position: Int) -> Int {
        var start = position - 1
        while start > 0, self[start] & 0xC0 == 0x80 { start -= 1 }
        return start
    }
}
