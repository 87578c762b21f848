// swift-tools-version: 6.2

import Foundation
import PackageDescription

// A package of its own, so that building Helios does not build its benchmarks. Before it is built, scripts/bootstrap
// puts libtorch there.
let libtorch = Context.environment["LIBTORCH"] ?? "\(Context.packageDirectory)/../.libtorch/torch"

let swiftSettings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]
let helios: Target.Dependency = .product(name: "Helios", package: "helios")
let data: Target.Dependency = .product(name: "HeliosData", package: "helios")
let vision: Target.Dependency = .product(name: "HeliosVision", package: "helios")
let tensorBoard: Target.Dependency = .product(name: "HeliosTensorBoard", package: "helios")
let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

// For targets that call libtorch in C++.
let cxxFlags: [CXXSetting] = [
    .unsafeFlags(["-isystem", "\(libtorch)/include", "-isystem", "\(libtorch)/include/torch/csrc/api/include"])
]
let linkerFlags: [LinkerSetting] = [
    .unsafeFlags(["-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"]),
    .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
]

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "helios", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    ],
    targets: [
        // Networks, optimizers and data.
        .target(
            name: "Workloads",
            dependencies: [helios],
            path: "Workloads",
            swiftSettings: swiftSettings
        ),
        // The workloads through the whole trainer.
        .executableTarget(
            name: "Training",
            dependencies: ["Workloads", helios, tensorBoard, argumentParser],
            path: "Training",
            swiftSettings: swiftSettings
        ),
        // The same workloads as a loop written by hand in C++: what libtorch itself takes.
        .executableTarget(
            name: "Floor",
            path: "Floor",
            cxxSettings: cxxFlags,
            linkerSettings: linkerFlags
        ),
        // Saving and loading.
        .executableTarget(
            name: "Checkpoints",
            dependencies: ["Workloads", helios],
            path: "Checkpoints",
            swiftSettings: swiftSettings
        ),
        // How long training waits for a checkpoint.
        .executableTarget(
            name: "Pause",
            dependencies: [helios],
            path: "Pause",
            swiftSettings: swiftSettings
        ),
        // How long many numbers take to be written for TensorBoard.
        .executableTarget(
            name: "Scalars",
            dependencies: [helios, tensorBoard],
            path: "Scalars",
            swiftSettings: swiftSettings
        ),
        // How fast images, tensors in memory, and windows of a text are loaded.
        .executableTarget(
            name: "DataBenchmark",
            dependencies: ["Workloads", helios, data, vision, argumentParser],
            path: "Data",
            swiftSettings: swiftSettings
        ),
        // How cost grows with the number of steps, samples and parameters.
        .executableTarget(
            name: "Growth",
            dependencies: ["Workloads", helios, argumentParser],
            path: "Growth",
            swiftSettings: swiftSettings
        ),
        // Single functions.
        .executableTarget(
            name: "Functions",
            dependencies: ["DirectFunctions", "Workloads", helios, argumentParser],
            path: "Functions",
            exclude: ["Direct"],
            swiftSettings: swiftSettings
        ),
        // The same functions as calls of libtorch in C++.
        .target(
            name: "DirectFunctions",
            path: "Functions/Direct",
            cxxSettings: cxxFlags,
            linkerSettings: linkerFlags
        ),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
