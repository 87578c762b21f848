import Helios

let paddingCases: RegistryCases<Void, Module> = [
    "ZeroPad1d": [
        .init(["padding": 2]) { ZeroPad1d(2) },
        .init(["padding": [1, 2]]) { ZeroPad1d([1, 2]) },
    ],
    "ZeroPad2d": [
        .init(["padding": 2]) { ZeroPad2d(2) },
        .init(["padding": [1, 2, 3, 4]]) { ZeroPad2d([1, 2, 3, 4]) },
    ],
    "ZeroPad3d": [
        .init(["padding": 2]) { ZeroPad3d(2) },
        .init(["padding": [1, 2, 3, 4, 5, 6]]) { ZeroPad3d([1, 2, 3, 4, 5, 6]) },
    ],
    "ConstantPad1d": [
        .init(["padding": 2, "value": 0.5]) { ConstantPad1d(2, value: 0.5) },
        .init(["padding": [1, 2], "value": 0.5]) { ConstantPad1d([1, 2], value: 0.5) },
    ],
    "ConstantPad2d": [
        .init(["padding": 2, "value": 0.5]) { ConstantPad2d(2, value: 0.5) },
        .init(["padding": [1, 2, 3, 4], "value": 0.5]) { ConstantPad2d([1, 2, 3, 4], value: 0.5) },
    ],
    "ConstantPad3d": [
        .init(["padding": 2, "value": 0.5]) { ConstantPad3d(2, value: 0.5) },
        .init(["padding": [1, 2, 3, 4, 5, 6], "value": 0.5]) { ConstantPad3d([1, 2, 3, 4, 5, 6], value: 0.5) },
    ],
    "ReflectionPad1d": [
        .init(["padding": 2]) { ReflectionPad1d(2) },
        .init(["padding": [1, 2]]) { ReflectionPad1d([1, 2]) },
    ],
    "ReflectionPad2d": [
        .init(["padding": 2]) { ReflectionPad2d(2) },
        .init(["padding": [1, 2, 3, 4]]) { ReflectionPad2d([1, 2, 3, 4]) },
    ],
    "ReflectionPad3d": [
        .init(["padding": 2]) { ReflectionPad3d(2) },
        .init(["padding": [1, 2, 3, 4, 5, 6]]) { ReflectionPad3d([1, 2, 3, 4, 5, 6]) },
    ],
    "ReplicationPad1d": [
        .init(["padding": 2]) { ReplicationPad1d(2) },
        .init(["padding": [1, 2]]) { ReplicationPad1d([1, 2]) },
    ],
    "ReplicationPad2d": [
        .init(["padding": 2]) { ReplicationPad2d(2) },
        .init(["padding": [1, 2, 3, 4]]) { ReplicationPad2d([1, 2, 3, 4]) },
    ],
    "ReplicationPad3d": [
        .init(["padding": 2]) { ReplicationPad3d(2) },
        .init(["padding": [1, 2, 3, 4, 5, 6]]) { ReplicationPad3d([1, 2, 3, 4, 5, 6]) },
    ],
    "CircularPad1d": [
        .init(["padding": 2]) { CircularPad1d(2) },
        .init(["padding": [1, 2]]) { CircularPad1d([1, 2]) },
    ],
    "CircularPad2d": [
        .init(["padding": 2]) { CircularPad2d(2) },
        .init(["padding": [1, 2, 3, 4]]) { CircularPad2d([1, 2, 3, 4]) },
    ],
    "CircularPad3d": [
        .init(["padding": 2]) { CircularPad3d(2) },
        .init(["padding": [1, 2, 3, 4, 5, 6]]) { CircularPad3d([1, 2, 3, 4, 5, 6]) },
    ],
]
