// swift-tools-version: 6.1

import Foundation
import PackageDescription

// libtorch is found in one of two ways.
// - Here, after scripts/bootstrap: in `.libtorch/torch`, with flags that need no variable to be set.
// - In a package that depends on this one: by pkg-config, since SwiftPM refuses unsafe flags in a dependency. Let
//   PKG_CONFIG_PATH name the folder of the libtorch.pc that scripts/bootstrap wrote.
let libtorch = "\(Context.packageDirectory)/.libtorch/torch"
let isBootstrapped = FileManager.default.fileExists(atPath: "\(libtorch)/lib")
let pkgConfigFolders = (Context.environment["PKG_CONFIG_PATH"] ?? "").split(separator: ":")
let isInPkgConfig = pkgConfigFolders.contains { FileManager.default.fileExists(atPath: "\($0)/libtorch.pc") }

// An error here, not a missing header later: SwiftPM keeps the result of a manifest, but not its failure.
guard isBootstrapped || isInPkgConfig else {
    fatalError("libtorch is not set up: run scripts/bootstrap, or let PKG_CONFIG_PATH name a folder with libtorch.pc")
}

let cxxFlags: [CXXSetting] =
    isBootstrapped
    ? [.unsafeFlags(["-isystem", "\(libtorch)/include", "-isystem", "\(libtorch)/include/torch/csrc/api/include"])]
    : []
let linkerFlags: [LinkerSetting] =
    isBootstrapped ? [.unsafeFlags(["-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"])] : []

let swiftSettings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]

// The fuzzer links only where everything is built for it: `scripts/fuzz` sets this and the flags.
let isFuzzing = Context.environment["HELIOS_FUZZING"] != nil
let fuzzer: [Target] =
    isFuzzing
    ? [
        .systemLibrary(name: "CLibFuzzer", path: "Fuzzing/CLibFuzzer"),
        .executableTarget(
            name: "Fuzzer", dependencies: ["CLibFuzzer", "FuzzTargets"], path: "Fuzzing/Fuzzer",
            swiftSettings: swiftSettings),
    ] : []

let package = Package(
    name: "helios",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Helios", targets: ["Helios"]),
        .library(name: "Torch", targets: ["Torch", "TorchNN", "TorchOptim", "TorchSerialization"]),
        .executable(name: "digits", targets: ["Digits"]),
        .executable(name: "helios", targets: ["HeliosCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.11.0"),
    ],
    targets: [
        isBootstrapped
            ? .systemLibrary(name: "CLibTorch") : .systemLibrary(name: "CLibTorch", pkgConfig: "libtorch"),
        .target(
            name: "CTorch",
            dependencies: ["CLibTorch"],
            cxxSettings: cxxFlags,
            // Not libtorch.so, which is empty but for the libraries that it pulls in, all of CUDA's among them.
            linkerSettings: linkerFlags + [.linkedLibrary("torch_cpu"), .linkedLibrary("c10")]
        ),
        .target(
            name: "Torch",
            dependencies: ["CTorch", .product(name: "OrderedCollections", package: "swift-collections")],
            swiftSettings: swiftSettings
        ),
        .target(name: "TorchNN", dependencies: ["Torch"], swiftSettings: swiftSettings),
        .target(name: "TorchOptim", dependencies: ["Torch"], swiftSettings: swiftSettings),
        .target(
            name: "TorchSerialization", dependencies: ["CTorch", "Torch"], swiftSettings: swiftSettings),
        .target(
            name: "Helios",
            dependencies: [
                "Torch", "TorchNN", "TorchOptim", "TorchSerialization",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "Digits",
            dependencies: ["Helios", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Examples/Digits",
            exclude: ["Data/README.md", "Data/make-digits.py"],
            resources: [.copy("Data/digits.csv")],
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "HeliosCommand",
            dependencies: ["Helios", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "FuzzTargets", dependencies: ["Torch", "TorchSerialization"], path: "Fuzzing/FuzzTargets",
            swiftSettings: swiftSettings),
        .target(name: "TestSupport", dependencies: ["Torch"], path: "Tests/TestSupport", swiftSettings: swiftSettings),
        .testTarget(name: "TorchTests", dependencies: ["Torch", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(name: "TorchNNTests", dependencies: ["TorchNN", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "TorchOptimTests", dependencies: ["TorchNN", "TorchOptim", "TorchSerialization", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "TorchSerializationTests", dependencies: ["TorchSerialization", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "HeliosTests", dependencies: ["Helios", "TestSupport"], exclude: ["Trainer/Traces/Recordings"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "HeliosCommandTests", dependencies: ["Helios", "HeliosCommand", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "DigitsTests", dependencies: ["Helios", "Digits", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "FuzzTargetsTests", dependencies: ["FuzzTargets", "TestSupport"], swiftSettings: swiftSettings),
    ] + fuzzer,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
