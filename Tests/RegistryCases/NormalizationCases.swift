import Helios

private let channelOptions: ConfigValue = [
    "num_features": 4, "eps": 1e-3, "momentum": nil, "affine": false, "track_running_stats": false,
]

let normalizationCases: RegistryCases<Void, Module> = [
    "BatchNorm1d": [
        .init(["num_features": 4]) { BatchNorm1d(4) },
        .init(channelOptions) {
            BatchNorm1d(4, eps: 1e-3, momentum: nil, affine: false, trackRunningStats: false)
        },
        .init(["num_features": 4, "bias": false, "momentum": 0.3]) { BatchNorm1d(4, momentum: 0.3, bias: false) },
    ],
    "BatchNorm2d": [
        .init(["num_features": 4]) { BatchNorm2d(4) },
        .init(channelOptions) {
            BatchNorm2d(4, eps: 1e-3, momentum: nil, affine: false, trackRunningStats: false)
        },
        .init(["num_features": 4, "bias": false, "momentum": 0.3]) { BatchNorm2d(4, momentum: 0.3, bias: false) },
    ],
    "BatchNorm3d": [
        .init(["num_features": 4]) { BatchNorm3d(4) },
        .init(channelOptions) {
            BatchNorm3d(4, eps: 1e-3, momentum: nil, affine: false, trackRunningStats: false)
        },
        .init(["num_features": 4, "bias": false, "momentum": 0.3]) { BatchNorm3d(4, momentum: 0.3, bias: false) },
    ],
    "InstanceNorm1d": [
        .init(["num_features": 4]) { InstanceNorm1d(4) },
        .init([
            "num_features": 4, "eps": 1e-3, "momentum": 0.3, "affine": true, "track_running_stats": true, "bias": false,
        ]) {
            InstanceNorm1d(4, eps: 1e-3, momentum: 0.3, affine: true, trackRunningStats: true, bias: false)
        },
    ],
    "InstanceNorm2d": [
        .init(["num_features": 4]) { InstanceNorm2d(4) },
        .init([
            "num_features": 4, "eps": 1e-3, "momentum": 0.3, "affine": true, "track_running_stats": true, "bias": false,
        ]) {
            InstanceNorm2d(4, eps: 1e-3, momentum: 0.3, affine: true, trackRunningStats: true, bias: false)
        },
    ],
    "InstanceNorm3d": [
        .init(["num_features": 4]) { InstanceNorm3d(4) },
        .init([
            "num_features": 4, "eps": 1e-3, "momentum": 0.3, "affine": true, "track_running_stats": true, "bias": false,
        ]) {
            InstanceNorm3d(4, eps: 1e-3, momentum: 0.3, affine: true, trackRunningStats: true, bias: false)
        },
    ],
    "GroupNorm": [
        .init(["num_groups": 2, "num_channels": 4]) { GroupNorm(2, 4) },
        .init(["num_groups": 2, "num_channels": 4, "eps": 1e-3, "bias": false]) {
            GroupNorm(2, 4, eps: 1e-3, bias: false)
        },
        .init(["num_groups": 2, "num_channels": 4, "affine": false]) { GroupNorm(2, 4, affine: false) },
    ],
    "LayerNorm": [
        .init(["normalized_shape": 4]) { LayerNorm(4) },
        .init(["normalized_shape": [3, 4], "eps": 1e-3, "bias": false]) {
            LayerNorm([3, 4], eps: 1e-3, bias: false)
        },
        .init(["normalized_shape": 4, "elementwise_affine": false]) { LayerNorm(4, elementwiseAffine: false) },
    ],
    "RMSNorm": [
        .init(["normalized_shape": [3, 4]]) { RMSNorm([3, 4]) },
        .init(["normalized_shape": 4, "eps": 1e-3, "elementwise_affine": false]) {
            RMSNorm(4, eps: 1e-3, elementwiseAffine: false)
        },
    ],
    "LocalResponseNorm": [
        .init(["size": 3]) { LocalResponseNorm(3) },
        .init(["size": 3, "alpha": 1e-3, "beta": 0.5, "k": 2]) {
            LocalResponseNorm(3, alpha: 1e-3, beta: 0.5, k: 2)
        },
    ],
]
