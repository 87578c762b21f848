import Torch
import TorchOptim

/// Which rank steps which parameter: the largest parameters of a group first, each to the rank that has the fewest
/// elements so far, as PyTorch's `ZeroRedundancyOptimizer` does.
///
/// It depends on nothing but the sizes, so it is the same on all ranks.
struct ParameterPartition: Equatable {
    /// The rank of each parameter, in the order of the groups.
    let owners: [Int]

    /// - Parameters:
    ///   - counts: the numbers of elements of the parameters, by groups.
    ///   - size: the number of ranks.
    init(counts: [[Int]], size: Int) {
        var owners: [Int] = []
        var totals = [Int](repeating: 0, count: size)
        for group in counts {
            var ranks = [Int](repeating: 0, count: group.count)
            // The first of equals first.
            for index in group.indices.sorted(by: { (group[$1], $0) < (group[$0], $1) }) {
                let rank = totals.indices.min { (totals[$0], $0) < (totals[$1], $1) } ?? 0
                ranks[index] = rank
                totals[rank] += group[index]
            }
            owners += ranks
        }
        self.owners = owners
    }

    /// The positions of a rank's parameters.
    func parameters(of rank: Int) -> [Int] {
        owners.indices.filter { owners[$0] == rank }
    }
}
