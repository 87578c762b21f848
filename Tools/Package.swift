// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Tools",
    platforms: [.macOS(.v13)],
    products: [
        .executable(name: "generate-operations", targets: ["generate-operations"])
    ],
    dependencies: [
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    ],
    targets: [
        .target(name: "OperationGenerator", dependencies: [.product(name: "Yams", package: "Yams")]),
        .executableTarget(
            name: "generate-operations",
            dependencies: [
                "OperationGenerator",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(name: "OperationGeneratorTests", dependencies: ["OperationGenerator"]),
    ],
    swiftLanguageModes: [.v6]
)
