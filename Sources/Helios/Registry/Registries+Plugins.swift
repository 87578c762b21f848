extension Registry where Subject == Void, Product == Plugin {
    func addPlugins() {
        add("EarlyStopping") {
            try EarlyStopping(
                metric: $0.string("metric"), mode: $0.choice("mode"), patience: $0.int("patience", 3),
                minimumDelta: $0.double("minimum_delta", 0), target: $0.optional("target"),
                divergence: $0.optional("divergence"), checksFinite: $0.bool("checks_finite", true),
                id: $0.string("id", "early-stopping"))
        }
        add("BestCheckpoints") {
            try BestCheckpoints(
                metric: $0.string("metric"), mode: $0.choice("mode"), keep: $0.int("keep", 1),
                folder: $0.string("folder", "best"), id: $0.string("id", "best-checkpoints"))
        }
        add("EMA") {
            try EMA(
                decay: $0.double("decay", 0.999), warmsUp: $0.bool("warms_up", false), every: $0.int("every", 1),
                networks: $0.optional("networks"), includesBuffers: $0.bool("includes_buffers", false),
                evaluates: $0.bool("evaluates", true), id: $0.string("id", "ema"))
        }
        add("LearningRateMonitor") {
            // By epoch if no number of steps is given.
            let steps = try $0.optional("every_steps", as: Int.self)
            return try LearningRateMonitor(
                steps.map { .steps($0) } ?? .epoch, historyLimit: $0.int("history_limit", 0),
                id: $0.string("id", "learning-rate-monitor"))
        }
    }
}
