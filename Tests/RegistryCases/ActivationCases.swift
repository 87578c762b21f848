import Helios

let activationCases: RegistryCases<Void, Module> = [
    "ReLU": [.init([:]) { ReLU() }, .init(["inplace": true]) { ReLU(inPlace: true) }],
    "ReLU6": [.init([:]) { ReLU6() }, .init(["inplace": true]) { ReLU6(inPlace: true) }],
    "SELU": [.init([:]) { SELU() }, .init(["inplace": true]) { SELU(inPlace: true) }],
    "SiLU": [.init([:]) { SiLU() }, .init(["inplace": true]) { SiLU(inPlace: true) }],
    "Mish": [.init([:]) { Mish() }, .init(["inplace": true]) { Mish(inPlace: true) }],
    "Hardsigmoid": [.init([:]) { Hardsigmoid() }, .init(["inplace": true]) { Hardsigmoid(inPlace: true) }],
    "Hardswish": [.init([:]) { Hardswish() }, .init(["inplace": true]) { Hardswish(inPlace: true) }],
    "Sigmoid": [.init([:]) { Sigmoid() }],
    "LogSigmoid": [.init([:]) { LogSigmoid() }],
    "Tanh": [.init([:]) { Tanh() }],
    "Tanhshrink": [.init([:]) { Tanhshrink() }],
    "Softsign": [.init([:]) { Softsign() }],
    "Softmax2d": [.init([:]) { Softmax2d() }],
    "Softmax": [.init(["dim": 1]) { Softmax(dim: 1) }],
    "Softmin": [.init(["dim": 1]) { Softmin(dim: 1) }],
    "LogSoftmax": [.init(["dim": 1]) { LogSoftmax(dim: 1) }],
    "Hardtanh": [
        .init([:]) { Hardtanh() },
        .init(["min_val": -2, "max_val": 3, "inplace": true]) { Hardtanh(minVal: -2, maxVal: 3, inPlace: true) },
    ],
    "LeakyReLU": [
        .init([:]) { LeakyReLU() },
        .init(["negative_slope": 0.3, "inplace": true]) { LeakyReLU(negativeSlope: 0.3, inPlace: true) },
    ],
    "PReLU": [
        .init([:]) { PReLU() },
        .init(["num_parameters": 3, "init": 0.5]) { PReLU(numParameters: 3, initial: 0.5) },
    ],
    "RReLU": [
        .init([:]) { RReLU() },
        .init(["lower": 0.25, "upper": 0.5, "inplace": true]) { RReLU(lower: 0.25, upper: 0.5, inPlace: true) },
    ],
    "ELU": [
        .init([:]) { ELU() },
        .init(["alpha": 0.5, "inplace": true]) { ELU(alpha: 0.5, inPlace: true) },
    ],
    "CELU": [
        .init([:]) { CELU() },
        .init(["alpha": 0.5, "inplace": true]) { CELU(alpha: 0.5, inPlace: true) },
    ],
    "Threshold": [
        .init(["threshold": 0.5, "value": 2]) { Threshold(0.5, 2) },
        .init(["threshold": 0.5, "value": 2, "inplace": true]) { Threshold(0.5, 2, inPlace: true) },
    ],
    "GELU": [
        .init([:]) { GELU() },
        .init(["approximate": "tanh"]) { GELU(approximate: .tanh) },
    ],
    "Softplus": [
        .init([:]) { Softplus() },
        .init(["beta": 2, "threshold": 10]) { Softplus(beta: 2, threshold: 10) },
    ],
    "Hardshrink": [
        .init([:]) { Hardshrink() },
        .init(["lambd": 0.7]) { Hardshrink(lambd: 0.7) },
    ],
    "Softshrink": [
        .init([:]) { Softshrink() },
        .init(["lambd": 0.7]) { Softshrink(lambd: 0.7) },
    ],
    "GLU": [
        .init([:]) { GLU() },
        .init(["dim": 1]) { GLU(dim: 1) },
    ],
    "Dropout": [
        .init([:]) { Dropout() }, .init(["p": 0.3, "inplace": true]) { Dropout(p: 0.3, inPlace: true) },
    ],
    "Dropout1d": [
        .init([:]) { Dropout1d() }, .init(["p": 0.3, "inplace": true]) { Dropout1d(p: 0.3, inPlace: true) },
    ],
    "Dropout2d": [
        .init([:]) { Dropout2d() }, .init(["p": 0.3, "inplace": true]) { Dropout2d(p: 0.3, inPlace: true) },
    ],
    "Dropout3d": [
        .init([:]) { Dropout3d() }, .init(["p": 0.3, "inplace": true]) { Dropout3d(p: 0.3, inPlace: true) },
    ],
    "AlphaDropout": [
        .init([:]) { AlphaDropout() },
        .init(["p": 0.3, "inplace": true]) { AlphaDropout(p: 0.3, inPlace: true) },
    ],
    "FeatureAlphaDropout": [
        .init([:]) { FeatureAlphaDropout() },
        .init(["p": 0.3, "inplace": true]) { FeatureAlphaDropout(p: 0.3, inPlace: true) },
    ],
]
