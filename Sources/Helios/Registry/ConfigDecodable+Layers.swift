// Options of layers and losses that are neither a number nor a list of them.

import Torch
import TorchNN

extension Pair: ConfigDecodable {
    /// A whole number for both, or a list of two.
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        let sizes = try spatialSizes(value, count: 2, at: place)
        self.init(sizes[0], sizes[1])
    }

    public var configText: String { spatialText(sizes) }

    public static var configForm: ConfigForm { .either([.integer, .list(.integer)]) }
}

extension Triple: ConfigDecodable {
    /// A whole number for all, or a list of three.
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        let sizes = try spatialSizes(value, count: 3, at: place)
        self.init(sizes[0], sizes[1], sizes[2])
    }

    public var configText: String { spatialText(sizes) }

    public static var configForm: ConfigForm { .either([.integer, .list(.integer)]) }
}

extension Padding: ConfigDecodable {
    /// A whole number, a list of them, or one of the strings "same" and "valid".
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        switch value {
        case .string("same"): self = .same
        case .string("valid"): self = .valid
        case .list: self = .sizes(try [Int](value, at: place))
        default:
            guard let size = try? Int(value, at: place) else {
                throw place.mustBe("a whole number, a list of them, \"same\" or \"valid\"", not: value)
            }
            self = .sizes([size])
        }
    }

    public var configText: String {
        switch self {
        case .toSameSize: "same"
        case .nothing: "valid"
        case .sizes(let sizes): spatialText(sizes)
        }
    }

    public static var configForm: ConfigForm { .either([.integer, .list(.integer), .choice(["same", "valid"])]) }
}

extension Tensor: ConfigDecodable {
    /// A number, or nested lists of numbers of one length each: `float32` on the CPU.
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        var (shape, numbers): ([Int], [Double]) = ([], [])
        var rest = value
        // A tensor of more dimensions than libtorch bears is no weight of a loss.
        while case .list(let elements) = rest, shape.count < 8 {
            shape.append(elements.count)
            guard let first = elements.first else { break }
            rest = first
        }
        try Self.append(value, of: shape[...], to: &numbers, at: place)
        self = try Tensor(numbers, shape: shape).to(.float32)
    }

    private static func append(
        _ value: ConfigValue, of shape: ArraySlice<Int>, to numbers: inout [Double], at place: ConfigPlace
    ) throws {
        guard let count = shape.first else {
            numbers.append(try Double(value, at: place))
            return
        }
        guard case .list(let elements) = value, elements.count == count else {
            throw place.mustBe("a list of length \(count), as its neighbors are", not: value)
        }
        for (position, element) in elements.enumerated() {
            try append(element, of: shape.dropFirst(), to: &numbers, at: place[position])
        }
    }
}

/// As many sizes as there are dimensions, from a list or from one number for all.
func spatialSizes(_ value: ConfigValue, count: Int, at place: ConfigPlace) throws -> [Int] {
    let sizes: [Int]
    if case .list = value {
        sizes = try [Int](value, at: place)
    } else if let size = try? Int(value, at: place) {
        sizes = Array(repeating: size, count: count)
    } else {
        sizes = []
    }
    guard sizes.count == count else { throw place.mustBe("a whole number or a list of \(count)", not: value) }
    return sizes
}

/// One number if all are the same, as configurations have them.
private func spatialText(_ sizes: [Int]) -> String {
    Set(sizes).count == 1 ? "\(sizes[0])" : sizes.configText
}
