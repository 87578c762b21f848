import Foundation

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
        add("FreezeSchedule") {
            try FreezeSchedule(
                $0.value("parts"), evaluatesBatchNorm: $0.bool("evaluates_batch_norm", true),
                id: $0.string("id", "freeze-schedule"))
        }
        add("ParameterStatistics") {
            let every = try $0.int("every", 100)
            var subjects: ParameterStatistics.Subjects = []
            if try $0.bool("weights", true) { subjects.insert(.weights) }
            if try $0.bool("gradients", true) { subjects.insert(.gradients) }
            if try $0.bool("updates", true) { subjects.insert(.updates) }
            let grouping = try $0.choice("grouping", ParameterStatistics.Grouping.parameter)
            // None if there are to be no histograms.
            let bins = try $0.int("bins", 64)
            return try ParameterStatistics(
                every: every, of: subjects, by: grouping, bins: bins == 0 ? nil : bins, paths: $0.optional("paths"),
                id: $0.string("id", "parameter-statistics"))
        }
        add("ChromeTrace") {
            let file = try $0.string("file")
            let (first, count) = (try $0.int("first_iteration"), try $0.int("iterations", 5))
            let (end, isTooLarge) = first.addingReportingOverflow(count)
            guard count > 0, !isTooLarge else {
                throw ConfigurationError("ChromeTrace needs iterations above 0, not \(count) from \(first) on")
            }
            return try ChromeTrace(
                URL(filePath: file), iterations: first...(end - 1),
                recordsShapes: $0.bool("records_shapes", false), id: $0.string("id", "chrome-trace"))
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
