import Helios
import Torch

// How configurations write the options of transforms.

/// A whole number for both sides, or a list of two.
enum SideOption: ConfigDecodable {
    case one(Int)
    case both(Int, Int)

    init(_ value: ConfigValue, at place: ConfigPlace) throws {
        guard case .list = value else {
            self = .one(try Int(value, at: place))
            return
        }
        let numbers = try [Int](value, at: place)
        switch numbers.count {
        case 1: self = .one(numbers[0])
        case 2: self = .both(numbers[0], numbers[1])
        default: throw place.mustBe("a whole number, or a list of two", not: value)
        }
    }

    var configText: String {
        switch self {
        case .one(let side): "\(side)"
        case .both(let height, let width): "[\(height), \(width)]"
        }
    }
}

/// A number for all, or a list of numbers.
struct ListOption: ConfigDecodable {
    let values: [Double]

    init(_ values: [Double]) {
        self.values = values
    }

    init(_ value: ConfigValue, at place: ConfigPlace) throws {
        if case .list = value {
            values = try [Double](value, at: place)
        } else {
            values = [try Double(value, at: place)]
        }
    }

    var configText: String { values.count == 1 ? values[0].configText : values.configText }
}

/// A whole number for all sides, a list of two for left and right and for top and bottom, or a list of left, top, right
/// and bottom.
struct MarginsOption: ConfigDecodable {
    let margins: Margins

    init(_ margins: Margins) {
        self.margins = margins
    }

    init(_ value: ConfigValue, at place: ConfigPlace) throws {
        guard case .list = value else {
            margins = Margins(try Int(value, at: place))
            return
        }
        let numbers = try [Int](value, at: place)
        switch numbers.count {
        case 1: margins = Margins(numbers[0])
        case 2: margins = Margins(horizontal: numbers[0], vertical: numbers[1])
        case 4: margins = Margins(left: numbers[0], top: numbers[1], right: numbers[2], bottom: numbers[3])
        default: throw place.mustBe("a whole number, or a list of two or four", not: value)
        }
    }

    var configText: String { "[\(margins.left), \(margins.top), \(margins.right), \(margins.bottom)]" }
}

/// The types that a configuration can name.
enum TypeName: String, CaseIterable {
    case uint8, float16, bfloat16, float32, float64

    var type: DType {
        switch self {
        case .uint8: .uint8
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .float32: .float32
        case .float64: .float64
        }
    }
}

// MARK: Reading

extension OptionReader {
    /// The option `size`: a whole number for both sides, or height and width.
    func imageSize() throws -> ImageSize {
        switch try value("size", as: SideOption.self) {
        case .one(let side): ImageSize(height: side, width: side)
        case .both(let height, let width): ImageSize(height: height, width: width)
        }
    }

    /// The options `size` and `max_size`.
    func resizeSize() throws -> ResizeSize {
        let size = try optional("size", as: SideOption.self)
        let limit = try optional("max_size", as: Int.self)
        switch (size, limit) {
        case (.one(let side), _): return .shorterSide(side, longerAtMost: limit)
        case (.both(let height, let width), nil): return .exact(ImageSize(height: height, width: width))
        case (nil, let limit?): return .longerSide(limit)
        case (.both, _):
            throw ConfigurationError("\(owner): 'max_size' goes with one number as 'size', not with height and width")
        case (nil, nil):
            throw ConfigurationError("\(owner): 'size' or 'max_size' is needed, and neither is given")
        }
    }

    /// The option `fill`: a number for all channels, or a list.
    func fill() throws -> [Double] {
        try value("fill", default: ListOption([])).values
    }

    /// Two numbers, the second not smaller than the first; one stands for both.
    func range(_ name: String, _ standard: ClosedRange<Double>) throws -> ClosedRange<Double> {
        let numbers = try value(name, default: ListOption([standard.lowerBound, standard.upperBound])).values
        return try range(numbers, name)
    }

    /// Two numbers, or `nil` if they are not given.
    func optionalRange(_ name: String) throws -> ClosedRange<Double>? {
        try optional(name, as: ListOption.self).map { try range($0.values, name) }
    }

    /// The option `degrees`: one number stands for both directions.
    func degrees() throws -> ClosedRange<Double> {
        let numbers = try value("degrees", as: ListOption.self).values
        return try range(numbers.count == 1 ? [-numbers[0], numbers[0]] : numbers, "degrees")
    }

    /// A range of factors: one number is the greatest distance from `center`, and 0 stands for no change.
    func jitter(_ name: String, around center: Double) throws -> ClosedRange<Double>? {
        let numbers = try value(name, default: ListOption([0])).values
        if numbers == [0] { return nil }
        guard numbers.count == 1 else { return try range(numbers, name) }
        guard numbers[0] > 0 else { throw ConfigurationError("\(owner): '\(name)' must not be negative") }
        let least = center - numbers[0]
        return try range([center == 1 ? max(least, 0) : least, center + numbers[0]], name)
    }

    /// A list of two numbers, or `nil` if it is not given.
    func vector(_ name: String) throws -> Vector2? {
        guard let numbers = try optional(name, as: ListOption.self)?.values else { return nil }
        guard numbers.count == 2 else {
            throw ConfigurationError("\(owner): '\(name)' must be a list of two numbers")
        }
        return Vector2(x: numbers[0], y: numbers[1])
    }

    /// The option `transforms`: a list of transforms.
    func transforms() throws -> [any Transform] {
        try parts("transforms", from: Registries.transforms, as: (any Transform).self)
    }

    private func range(_ numbers: [Double], _ name: String) throws -> ClosedRange<Double> {
        let bounds = numbers.count == 1 ? [numbers[0], numbers[0]] : numbers
        guard bounds.count == 2, bounds[0] <= bounds[1] else {
            throw ConfigurationError("\(owner): '\(name)' must be a list of two numbers, the smaller one first")
        }
        return bounds[0]...bounds[1]
    }
}
