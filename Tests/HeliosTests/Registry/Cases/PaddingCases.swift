import Helios

let paddingCases: RegistryCases<Void, Module> = [
    "ZeroPad1d": [
        .init(["padding": 2]) { try ZeroPad1d(2) },
        .init(["padding": [1, 2]]) { try ZeroPad1d([1, 2]) },
    ],
    "ZeroPad2d": [
        .init(["padding": 2]) { try ZeroPad2d(2) },
        .init(["padding": [1, 2, 3, 4]]) { try ZeroPad2d([1, 2, 3, 4]) },
    ],
    "ZeroPad3d": [
        .init(["padding": 2]) { try ZeroPad3d(2) },
        .init(["padding": [1, 2, 3, 4, 5, 6]]) { try ZeroPad3d([1, 2, 3, 4, 5, 6]) },
    ],
    "ConstantPad1d": [
        .init(["padding": 2, "value": 0.5]) { try ConstantPad1d(2, value: 0.5) },
        .init(["padding": [1, 2], "value": 0.5]) { try ConstantPad1d([1, 2], value: 0.5) },
    ],
    "ConstantPad2d": [
        .init(["padding": 2, "value": 0.5]) { try ConstantPad2d(2, value: 0.5) },
        .init(["padding": [1, 2, 3, 4], "value": 0.5]) { try ConstantPad2d([1, 2, 3, 4], value: 0.5) },
    ],
    "ConstantPad3d": [
        .init(["padding": 2, "value": 0.5]) { try ConstantPad3d(2, value: 0.5) },
        .init(["padding": [1, 2, 3, 4, 5, 6], "value": 0.5]) { try ConstantPad3d([1, 2, 3, 4, 5, 6], value: 0.5) },
    ],
    "ReflectionPad1d": [
        .init(["padding": 2]) { try ReflectionPad1d(2) },
        .init(["padding": [1, 2]]) { try ReflectionPad1d([1, 2]) },
    ],
    "ReflectionPad2d": [
        .init(["padding": 2]) { try ReflectionPad2d(2) },
        .init(["padding": [1, 2, 3, 4]]) { try ReflectionPad2d([1, 2, 3, 4]) },
    ],
    "ReflectionPad3d": [
        .init(["padding": 2]) { try ReflectionPad3d(2) },
        .init(["padding": [1, 2, 3, 4, 5, 6]]) { try ReflectionPad3d([1, 2, 3, 4, 5, 6]) },
    ],
    "ReplicationPad1d": [
        .init(["padding": 2]) { try ReplicationPad1d(2) },
        .init(["padding": [1, 2]]) { try ReplicationPad1d([1, 2]) },
    ],
    "ReplicationPad2d": [
        .init(["padding": 2]) { try ReplicationPad2d(2) },
        .init(["padding": [1, 2, 3, 4]]) { try ReplicationPad2d([1, 2, 3, 4]) },
    ],
    "ReplicationPad3d": [
        .init(["padding": 2]) { try ReplicationPad3d(2) },
        .init(["padding": [1, 2, 3, 4, 5, 6]]) { try ReplicationPad3d([1, 2, 3, 4, 5, 6]) },
    ],
    "CircularPad1d": [
        .init(["padding": 2]) { try CircularPad1d(2) },
        .init(["padding": [1, 2]]) { try CircularPad1d([1, 2]) },
    ],
    "CircularPad2d": [
        .init(["padding": 2]) { try CircularPad2d(2) },
        .init(["padding": [1, 2, 3, 4]]) { try CircularPad2d([1, 2, 3, 4]) },
    ],
    "CircularPad3d": [
        .init(["padding": 2]) { try CircularPad3d(2) },
        .init(["padding": [1, 2, 3, 4, 5, 6]]) { try CircularPad3d([1, 2, 3, 4, 5, 6]) },
    ],
]
