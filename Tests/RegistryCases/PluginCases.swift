import Foundation
import Helios

let pluginCases: RegistryCases<Void, Plugin> = [
    "EarlyStopping": [
        .init(["metric": "loss", "mode": "min"]) { try EarlyStopping(metric: "loss", mode: .min) },
        .init([
            "metric": "accuracy", "mode": "max", "patience": 7, "minimum_delta": 0.1, "target": 0.9,
            "divergence": 0.2, "checks_finite": false, "id": "watch",
        ]) {
            try EarlyStopping(
                metric: "accuracy", mode: .max, patience: 7, minimumDelta: 0.1, target: 0.9, divergence: 0.2,
                checksFinite: false, id: "watch")
        },
    ],
    "BestCheckpoints": [
        .init(["metric": "loss", "mode": "min"]) { try BestCheckpoints(metric: "loss", mode: .min) },
        .init(["metric": "accuracy", "mode": "max", "keep": 4, "folder": "top", "id": "top-four"]) {
            try BestCheckpoints(metric: "accuracy", mode: .max, keep: 4, folder: "top", id: "top-four")
        },
    ],
    "EMA": [
        .init([:]) { try EMA() },
        .init([
            "decay": 0.9, "warms_up": true, "every": 3, "networks": ["network"], "includes_buffers": true,
            "evaluates": false, "id": "average",
        ]) {
            try EMA(
                decay: 0.9, warmsUp: true, every: 3, networks: ["network"], includesBuffers: true, evaluates: false,
                id: "average")
        },
    ],
    "FreezeSchedule": [
        .init(["parts": ["network.0"]]) { try FreezeSchedule([.frozen("network.0")]) },
        .init([
            "parts": [
                ["path": "network.0", "until_epoch": 3, "learning_rate_factor": 0.5],
                ["path": "network.1*", "from_iteration": 2, "until_iteration": 9],
            ], "evaluates_batch_norm": false, "id": "freeze",
        ]) {
            try FreezeSchedule(
                [
                    .frozen("network.0", until: .epoch(3), learningRateFactor: 0.5),
                    .frozen("network.1*", from: .iteration(2), until: .iteration(9)),
                ], evaluatesBatchNorm: false, id: "freeze")
        },
    ],
    "ParameterStatistics": [
        .init([:]) { try ParameterStatistics() },
        .init(["weights": false, "gradients": false]) { try ParameterStatistics(of: [.updates]) },
        .init([
            "every": 7, "updates": false, "grouping": "layer", "bins": 9, "paths": ["network.0"], "id": "statistics",
        ]) {
            try ParameterStatistics(
                every: 7, of: [.weights, .gradients], by: .layer, bins: 9, paths: ["network.0"], id: "statistics")
        },
    ],
    "ChromeTrace": [
        .init(["file": "trace.json", "first_iteration": 20]) {
            try ChromeTrace(URL(filePath: "trace.json"), iterations: 20...24)
        },
        .init([
            "file": "trace.json", "first_iteration": 2, "iterations": 3, "records_shapes": true, "id": "trace",
        ]) {
            try ChromeTrace(URL(filePath: "trace.json"), iterations: 2...4, recordsShapes: true, id: "trace")
        },
    ],
    "LearningRateMonitor": [
        .init([:]) { try LearningRateMonitor() },
        .init(["every_steps": 5, "history_limit": 9, "id": "rates"]) {
            try LearningRateMonitor(.steps(5), historyLimit: 9, id: "rates")
        },
    ],
]
