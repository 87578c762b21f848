// swift-tools-version: 6.1

import Foundation
import PackageDescription

// A package of its own, so that nobody who builds Helios builds its benchmarks. libtorch is where scripts/bootstrap put
// it.
let libtorch = "\(Context.packageDirectory)/../.libtorch/torch"

let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "helios", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    ],
    targets: [
        // Networks, optimisers and data.
        .target(
            name: "Workloads",
            dependencies: [.product(name: "Helios", package: "helios")],
            path: "Workloads",
            swiftSettings: [.enableUpcomingFeature("ExistentialAny")]
        ),
        // The workloads through the whole trainer.
        .executableTarget(
            name: "Training",
            dependencies: [
                "Workloads",
                .product(name: "Helios", package: "helios"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Training",
            swiftSettings: [.enableUpcomingFeature("ExistentialAny")]
        ),
        // The same workloads as a loop written by hand in C++: what libtorch itself takes.
        .executableTarget(
            name: "Floor",
            path: "Floor",
            cxxSettings: [
                .unsafeFlags([
                    "-isystem", "\(libtorch)/include", "-isystem", "\(libtorch)/include/torch/csrc/api/include",
                ])
            ],
            linkerSettings: [
                .unsafeFlags(["-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"]),
                .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
            ]
        ),
        // Saving and loading.
        .executableTarget(
            name: "Checkpoints",
            dependencies: ["Workloads", .product(name: "Helios", package: "helios")],
            path: "Checkpoints",
            swiftSettings: [.enableUpcomingFeature("ExistentialAny")]
        ),
        // How long training waits for a checkpoint.
        .executableTarget(
            name: "Pause",
            dependencies: [.product(name: "Helios", package: "helios")],
            path: "Pause",
            swiftSettings: [.enableUpcomingFeature("ExistentialAny")]
        ),
        // How cost grows with the number of steps, samples and parameters.
        .executableTarget(
            name: "Growth",
            dependencies: [
                "Workloads",
                .product(name: "Helios", package: "helios"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Growth",
            swiftSettings: [.enableUpcomingFeature("ExistentialAny")]
        ),
        // Single functions.
        .executableTarget(
            name: "Functions",
            dependencies: [
                "DirectFunctions", "Workloads",
                .product(name: "Helios", package: "helios"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Functions",
            exclude: ["Direct"],
            swiftSettings: [.enableUpcomingFeature("ExistentialAny")]
        ),
        // The same functions as calls of libtorch in C++.
        .target(
            name: "DirectFunctions",
            path: "Functions/Direct",
            cxxSettings: [
                .unsafeFlags([
                    "-isystem", "\(libtorch)/include", "-isystem", "\(libtorch)/include/torch/csrc/api/include",
                ])
            ],
            linkerSettings: [
                .unsafeFlags(["-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"]),
                .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
            ]
        ),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
