/// The learning rate of a parameter group.
struct LearningRate {
    /// The optimizer's name, as in `Model.namedOptimizers`.
    let optimizer: String
    /// The group's number; `nil` if the optimizer has only one group.
    let group: Int?
    let value: Double

    /// The rates of optimizers. A group without a rate has none.
    static func all(of optimizers: [(name: String, optimizer: Optimizer)]) -> [LearningRate] {
        optimizers.flatMap { name, optimizer in
            let groups = optimizer.parameterGroups
            return groups.enumerated().compactMap { number, group in
                group.learningRate.isNaN
                    ? nil
                    : LearningRate(
                        optimizer: name, group: groups.count == 1 ? nil : number, value: group.learningRate)
            }
        }
    }
}
