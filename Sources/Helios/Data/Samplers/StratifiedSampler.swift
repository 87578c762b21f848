/// Every sample once, in a random order in which each section has the same proportions of classes as the whole. A batch
/// contains the number of samples of each class that corresponds to its proportion, up to one or two.
public struct StratifiedSampler: Sampler {
    private let members: [[Int]]
    private let seed: UInt64
    public let count: Int

    /// Creates a sampler for samples with labels.
    ///
    /// - Parameters:
    ///   - labels: the class of each sample of the data set.
    ///   - seed: the seed of the orders, together with the epoch.
    public init(labels: [Int], seed: UInt64 = TrainerOptions.defaultSeed) {
        members = labels.numbersByValue
        self.seed = seed
        count = labels.count
    }

    public func order(epoch: Int) throws -> SampleOrder {
        var random = SampleRandom(seed: seed, epoch: epoch, index: -1)
        // The members of a class are spread evenly over the epoch, beginning at a place of its own.
        var places: [(place: Double, sample: Int)] = []
        places.reserveCapacity(count)
        for samples in members {
            let start = Double.random(in: 0..<1, using: &random)
            for (rank, sample) in samples.shuffled(using: &random).enumerated() {
                places.append(((Double(rank) + start) / Double(samples.count), sample))
            }
        }
        return SampleOrder(places.sorted { ($0.place, $0.sample) < ($1.place, $1.sample) }.map(\.sample))
    }
}

extension [Int] {
    /// The positions of each value, the values in the order in which they come first.
    var numbersByValue: [[Int]] {
        var places: [Int: Int] = [:]
        var members: [[Int]] = []
        for (position, value) in enumerated() {
            if let place = places[value] {
                members[place].append(position)
            } else {
                places[value] = members.count
                members.append([position])
            }
        }
        return members
    }
}
