// swift-tools-version: 6.1

import PackageDescription

// A package of its own, so that nobody who builds Helios builds its benchmarks.
let package = Package(
    name: "checkpoints-benchmark",
    platforms: [.macOS(.v15)],
    dependencies: [.package(name: "helios", path: "../..")],
    targets: [
        .executableTarget(
            name: "Checkpoints",
            dependencies: [.product(name: "Torch", package: "helios")],
            path: "Sources",
            swiftSettings: [.enableUpcomingFeature("ExistentialAny")]
        ),
        .executableTarget(
            name: "Pause",
            dependencies: [.product(name: "Helios", package: "helios")],
            path: "Pause",
            swiftSettings: [.enableUpcomingFeature("ExistentialAny")]
        ),
    ],
    swiftLanguageModes: [.v6]
)
