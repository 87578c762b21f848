import OrderedCollections

extension FreezeSchedule.Part: ConfigDecodable {
    /// A path, which is frozen to the end, or a dictionary: `path`, and if they are wanted `from_epoch` or
    /// `from_iteration`, `until_epoch` or `until_iteration`, and `learning_rate_factor`.
    public init(_ value: ConfigValue, at place: ConfigPlace) throws {
        if case .string(let path) = value {
            self = .frozen(path)
            return
        }
        guard case .dictionary(let members) = value else { throw place.mustBe("a path or a dictionary", not: value) }
        if let unknown = members.keys.first(where: { !Self.names.contains($0) }) {
            throw place.error("has no option '\(unknown)'\(NearNames.question(unknown, among: Self.names))")
        }
        guard let path = members["path"] else { throw place.error("needs a 'path'") }
        self = .frozen(
            try String(path, at: place["path"]),
            from: try Self.moment("from", value, place) ?? .epoch(1),
            until: try Self.moment("until", value, place) ?? .never,
            learningRateFactor: try members["learning_rate_factor"]
                .map { try Double($0, at: place["learning_rate_factor"]) } ?? 1)
    }

    private static let names = [
        "path", "from_epoch", "from_iteration", "until_epoch", "until_iteration", "learning_rate_factor",
    ]

    private static func moment(
        _ name: String, _ value: ConfigValue, _ place: ConfigPlace
    ) throws -> FreezeSchedule.Moment? {
        let (epoch, iteration) = (value["\(name)_epoch"], value["\(name)_iteration"])
        switch (epoch, iteration) {
        case (.some, .some): throw place.error("has '\(name)_epoch' and '\(name)_iteration', and takes one of them")
        case (let epoch?, nil): return .epoch(try Int(epoch, at: place["\(name)_epoch"]))
        case (nil, let iteration?): return .iteration(try Int(iteration, at: place["\(name)_iteration"]))
        case (nil, nil): return nil
        }
    }

    public var configText: String { path }
}
