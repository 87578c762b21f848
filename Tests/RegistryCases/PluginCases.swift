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
    "LearningRateMonitor": [
        .init([:]) { try LearningRateMonitor() },
        .init(["every_steps": 5, "history_limit": 9, "id": "rates"]) {
            try LearningRateMonitor(.steps(5), historyLimit: 9, id: "rates")
        },
    ],
]
