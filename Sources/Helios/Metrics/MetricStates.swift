/// What the metrics of a model have accumulated, to be restored if a validation does not count.
struct MetricStates {
    private let states: [(metric: any Metric, state: MetricState)]

    /// - Parameter model: the model whose stored properties hold the metrics, alone or in lists and tables.
    init(of model: any AnyModel) {
        states = StatefulProperties(of: model).members.compactMap { member in
            (member.value as? any Metric).map { ($0, $0.state) }
        }
    }

    /// Gives the metrics the states that they had.
    func restore() {
        for (metric, state) in states { metric.state = state }
    }
}
