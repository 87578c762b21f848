// swift-tools-version: 6.2

import Foundation
import PackageDescription

// libtorch is the folder that LIBTORCH names; or else `.libtorch/torch`, or the folder in the user's cache, both links
// that scripts/bootstrap makes; or else what pkg-config finds. The compiler and the linker try the folders in this
// order, so that the result of this manifest does not depend on which of them exist: SwiftPM caches it, and shares it
// between all packages that depend on this version. Sources/CTorch/RequireLibTorch.h reports the error if there is
// none.
func variable(_ name: String) -> String? { Context.environment[name].flatMap { $0.isEmpty ? nil : $0 } }

#if os(macOS)
    let userCache = variable("HOME").map { "\($0)/Library/Caches" }
#else
    let userCache = variable("XDG_CACHE_HOME") ?? variable("HOME").map { "\($0)/.cache" }
#endif
let bootstrapped = ["\(Context.packageDirectory)/.libtorch/torch"] + (userCache.map { ["\($0)/helios/torch"] } ?? [])
let folders = variable("LIBTORCH").map { [$0] } ?? bootstrapped
let pkgConfigFiles = (variable("PKG_CONFIG_PATH") ?? "").split(separator: ":").map { "\($0)/libtorch.pc" }
let usesPkgConfig =
    pkgConfigFiles.contains(where: FileManager.default.fileExists)
    && variable("LIBTORCH") == nil && !folders.contains(where: FileManager.default.fileExists)

let headers = ["include", "include/torch/csrc/api/include"]
let cxxFlags = folders.flatMap { folder in headers.flatMap { ["-isystem", "\(folder)/\($0)"] } }
let linkerFlags = folders.flatMap { ["-L\($0)/lib", "-Xlinker", "-rpath", "-Xlinker", "\($0)/lib"] }

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
        .library(
            name: "Torch", targets: ["Torch", "TorchNN", "TorchDistributions", "TorchOptim", "TorchSerialization"]),
        .library(name: "TorchScript", targets: ["TorchScript"]),
        .library(name: "HeliosONNX", targets: ["HeliosONNX"]),
        .library(name: "TorchDistributed", targets: ["TorchDistributed"]),
        .library(name: "HeliosData", targets: ["HeliosData"]),
        .library(name: "HeliosVision", targets: ["HeliosVision"]),
        .library(name: "HeliosTensorBoard", targets: ["HeliosTensorBoard"]),
        .library(name: "HeliosTracking", targets: ["HeliosTracking"]),
        .library(name: "HeliosOptuna", targets: ["HeliosOptuna"]),
        .library(name: "HeliosConfiguration", targets: ["HeliosConfiguration"]),
        .library(name: "HeliosProgram", targets: ["HeliosProgram", "HeliosConfiguration"]),
        .executable(name: "digits", targets: ["Digits"]),
        .executable(name: "image-folder", targets: ["ImageFolderExample"]),
        .executable(name: "helios", targets: ["HeliosCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.11.0"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CLibTorch", pkgConfig: usesPkgConfig ? "libtorch" : nil),
        .target(
            name: "CTorch",
            dependencies: ["CLibTorch"],
            cxxSettings: [
                .headerSearchPath("."),
                .headerSearchPath("Distributed/Gloo"),
                // If libtorch is missing, that is the only error. (SwiftPM leaves -Wfatal-errors out of a dependency.)
                .unsafeFlags(
                    ["-include", "RequireLibTorch.h", "--warn-fatal-errors"] + (usesPkgConfig ? [] : cxxFlags)),
            ],
            // Not libtorch.so, which is empty but for the libraries that it pulls in, all of CUDA's among them.
            linkerSettings: [
                .unsafeFlags(usesPkgConfig ? [] : linkerFlags), .linkedLibrary("torch_cpu"), .linkedLibrary("c10"),
            ]
        ),
        .target(
            name: "Torch",
            dependencies: ["CTorch", .product(name: "OrderedCollections", package: "swift-collections")],
            swiftSettings: swiftSettings
        ),
        .target(name: "TorchNN", dependencies: ["Torch"], swiftSettings: swiftSettings),
        .target(name: "TorchDistributions", dependencies: ["Torch"], swiftSettings: swiftSettings),
        .target(name: "TorchOptim", dependencies: ["Torch"], swiftSettings: swiftSettings),
        .target(
            name: "TorchSerialization", dependencies: ["CTorch", "Torch"], swiftSettings: swiftSettings),
        .target(
            name: "TorchDistributed",
            dependencies: ["CTorch", "Torch", "TorchNN", "TorchOptim", "TorchSerialization"],
            swiftSettings: swiftSettings),
        .target(
            name: "TorchScript", dependencies: ["CTorch", "Torch", "TorchNN", "TorchSerialization"],
            swiftSettings: swiftSettings),
        .target(
            name: "HeliosONNX",
            dependencies: [
                "HeliosPython", "Torch", "TorchNN", "TorchScript", "TorchSerialization",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["Messages/Definitions"],
            resources: [.embedInCode("Scripts")],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "Helios",
            dependencies: [
                "Torch", "TorchNN", "TorchDistributions", "TorchOptim", "TorchSerialization", "TorchDistributed",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "HeliosData",
            dependencies: ["Helios", "Torch", "TorchNN", "TorchSerialization"], swiftSettings: swiftSettings),
        .systemLibrary(
            name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg62-turbo-dev"]), .brew(["jpeg-turbo"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"]), .brew(["webp"])]),
        // Always optimized: otherwise decoding and resizing take many times as long.
        .target(
            name: "CImages", dependencies: ["CJPEG", "CPNG", "CWebP"],
            cSettings: [.unsafeFlags(["-O2"])]),
        .target(
            name: "HeliosVision",
            dependencies: ["CImages", "Helios", "HeliosData", "Torch", "TorchNN", "TorchSerialization"],
            swiftSettings: swiftSettings),
        .target(
            name: "HeliosTensorBoard",
            dependencies: [
                "Helios", "Torch", "TorchSerialization",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            exclude: ["Messages/Definitions"],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "HeliosPython",
            dependencies: ["TorchSerialization", .product(name: "Subprocess", package: "swift-subprocess")],
            resources: [.embedInCode("Scripts")],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "HeliosTracking", dependencies: ["Helios", "HeliosPython", "Torch", "TorchSerialization"],
            resources: [.embedInCode("Scripts")],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "HeliosOptuna", dependencies: ["Helios", "HeliosPython", "TorchDistributed", "TorchSerialization"],
            resources: [.embedInCode("Scripts")],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "HeliosConfiguration",
            dependencies: [
                "Helios", "Torch", "TorchSerialization", "Yams",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "HeliosProgram",
            dependencies: [
                "Helios", "HeliosConfiguration", "Torch", "TorchScript", "TorchSerialization",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "Digits",
            dependencies: [
                "Helios", "HeliosConfiguration", "HeliosONNX", "HeliosProgram", "HeliosTensorBoard", "HeliosTracking",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Examples/Digits",
            exclude: ["Data/README.md", "Data/make-digits.py", "digits.yaml"],
            resources: [.copy("Data/digits.csv")],
            swiftSettings: swiftSettings
        ),
        // Not ImageFolder, which is a type of HeliosVision.
        .executableTarget(
            name: "ImageFolderExample",
            dependencies: [
                "Helios", "HeliosVision", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Examples/ImageFolder",
            swiftSettings: swiftSettings
        ),
        .executableTarget(
            name: "RingGAN", dependencies: ["Helios"], path: "Examples/RingGAN", swiftSettings: swiftSettings),
        .executableTarget(
            name: "LanguageModel", dependencies: ["Helios"], path: "Examples/LanguageModel",
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "HeliosCommand",
            dependencies: [
                "Helios", "HeliosConfiguration", "HeliosTensorBoard",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            resources: [.embedInCode("Report/Page"), .embedInCode("Templates")],
            swiftSettings: swiftSettings
        ),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Helios", "HeliosData", "HeliosTensorBoard", "HeliosVision", "Torch", "TorchSerialization",
            ],
            path: "Fuzzing/FuzzTargets", swiftSettings: swiftSettings),
        .target(name: "TestSupport", dependencies: ["Torch"], path: "Tests/TestSupport", swiftSettings: swiftSettings),
        .target(
            name: "StoppedTraining", dependencies: ["Helios", "TestSupport"], path: "Tests/StoppedTraining",
            swiftSettings: swiftSettings),
        .target(
            name: "RegistryCases", dependencies: ["Helios", "TestSupport"], path: "Tests/RegistryCases",
            swiftSettings: swiftSettings),
        .target(
            name: "SimulatedAccelerator", dependencies: ["CLibTorch"], path: "Tests/SimulatedAccelerator",
            cxxSettings: [.headerSearchPath("."), .unsafeFlags(usesPkgConfig ? [] : cxxFlags)]),
        .testTarget(name: "TorchTests", dependencies: ["Torch", "TestSupport"], swiftSettings: swiftSettings),
        .testTarget(
            name: "TorchNNTests", dependencies: ["HeliosONNX", "TorchNN", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "TorchScriptTests", dependencies: ["TorchNN", "TorchScript", "TorchSerialization", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "TorchDistributionsTests", dependencies: ["TorchDistributions", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "TorchOptimTests", dependencies: ["TorchNN", "TorchOptim", "TorchSerialization", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "TorchSerializationTests", dependencies: ["TorchSerialization", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "TorchDistributedTests",
            dependencies: [
                "DistributedProgram", "TorchDistributed", "TorchNN", "TorchOptim", "TorchSerialization", "TestSupport",
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "DistributedProgram", dependencies: ["TorchDistributed", "TorchNN", "TorchOptim"],
            path: "Tests/DistributedProgram", swiftSettings: swiftSettings),
        .executableTarget(
            name: "TrainingProgram", dependencies: ["Helios", "HeliosTensorBoard", "TestSupport"],
            path: "Tests/TrainingProgram", swiftSettings: swiftSettings),
        .testTarget(
            name: "HeliosTests",
            dependencies: ["Helios", "HeliosTensorBoard", "RegistryCases", "TestSupport", "TrainingProgram"],
            exclude: ["Trainer/Traces/Recordings"], swiftSettings: swiftSettings),
        .testTarget(
            name: "HeliosTensorBoardTests", dependencies: ["Helios", "HeliosTensorBoard", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "HeliosDataTests", dependencies: ["Helios", "HeliosData", "StoppedTraining", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "HeliosVisionTests",
            dependencies: ["Helios", "HeliosData", "HeliosONNX", "HeliosVision", "StoppedTraining", "TestSupport"],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "SearchProgram", dependencies: ["Helios", "HeliosOptuna", "TestSupport"],
            path: "Tests/SearchProgram", swiftSettings: swiftSettings),
        .testTarget(
            name: "HeliosOptunaTests", dependencies: ["Helios", "HeliosOptuna", "SearchProgram", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "HeliosTrackingTests", dependencies: ["Helios", "HeliosTracking", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "HeliosConfigurationTests", dependencies: ["Helios", "HeliosConfiguration", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "HeliosCommandTests", dependencies: ["Helios", "HeliosCommand", "HeliosTensorBoard", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "DigitsTests",
            dependencies: ["Helios", "HeliosConfiguration", "HeliosProgram", "Digits", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ImageFolderExampleTests",
            dependencies: ["Helios", "HeliosVision", "ImageFolderExample", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "ExamplesTests",
            dependencies: ["Digits", "Helios", "HeliosONNX", "LanguageModel", "RingGAN", "TestSupport"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "SimulatedAcceleratorTests",
            dependencies: [
                "Digits", "Helios", "HeliosConfiguration", "LanguageModel", "RegistryCases", "RingGAN",
                "SimulatedAccelerator", "TestSupport",
                "TrainingProgram",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "DocumentationTests",
            dependencies: [
                "Helios", "HeliosConfiguration", "HeliosData", "HeliosONNX", "HeliosOptuna", "HeliosProgram",
                "HeliosTensorBoard", "HeliosTracking", "HeliosVision", "TorchScript", "TestSupport",
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "FuzzTargetsTests", dependencies: ["FuzzTargets", "TestSupport"], swiftSettings: swiftSettings),
    ] + fuzzer,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
