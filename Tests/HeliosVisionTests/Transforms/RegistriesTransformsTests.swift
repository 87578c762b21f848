import TestSupport
import Testing
import Torch
import TorchNN

@testable import Helios
@testable import HeliosVision

@Suite struct RegistriesTransformsTests {
    /// Each name, with options that are needed and some that are not.
    private static let configurations: [String: ConfigValue] = [
        "Resize": ["size": 20, "max_size": 30], "RandomResizedCrop": ["size": [20, 24], "scale": [0.2, 1]],
        "CenterCrop": ["size": 20], "FiveCrop": ["size": 20], "TenCrop": ["size": [20, 18], "vertical_flip": true],
        "RandomCrop": ["size": 20, "padding": [1, 2], "padding_mode": "reflect"],
        "Pad": ["padding": [1, 2, 3, 4], "fill": [1, 2, 3]], "RandomHorizontalFlip": [:],
        "RandomVerticalFlip": ["p": 0.2], "RandomErasing": ["value": [1, 2, 3]], "RemoveEmptyBoxes": ["min_size": 2],
        "RandomRotation": ["degrees": 20, "expand": true, "interpolation": "bilinear"],
        "RandomAffine": ["degrees": [-10, 20], "translate": [0.1, 0.2], "scale": [0.9, 1.1], "shear_x": [-5, 5]],
        "RandomPerspective": ["distortion_scale": 0.3], "ToImageTensor": ["dtype": "float32"],
        "Normalize": ["mean": 0.5, "std": [0.2, 0.2, 0.3]], "Grayscale": ["num_output_channels": 3],
        "RandomGrayscale": [:], "ColorJitter": ["brightness": 0.2, "contrast": [0.5, 2], "hue": 0.1],
        "RandomInvert": [:], "RandomPosterize": ["bits": 3], "RandomSolarize": ["threshold": 100],
        "RandomAutocontrast": [:], "RandomEqualize": [:], "RandomAdjustSharpness": ["sharpness_factor": 2],
        "GaussianBlur": ["kernel_size": [3, 5], "sigma": 0.5], "AutoAugment": ["policy": "svhn"],
        "RandAugment": ["num_ops": 3], "TrivialAugmentWide": [:], "AugMix": ["severity": 2, "chain_depth": 2],
        "MixUp": ["num_classes": 10], "CutMix": ["alpha": 0.5],
        "Compose": ["transforms": ["RandomInvert", ["type": "Resize", "size": 9]]],
        "RandomApply": ["transforms": ["RandomInvert"], "p": 0.3],
        "RandomChoice": ["transforms": ["RandomInvert", "RandomEqualize"], "p": [1, 2]],
        "RandomOrder": ["transforms": ["RandomInvert"]],
    ]

    init() throws {
        try Registries.registerVisionTransforms()
    }

    @Test("every transform is made by its name, and works", arguments: configurations.keys.sorted())
    func names(_ name: String) throws {
        let options = try #require(Self.configurations[name])
        let made = try Registries.transforms.make(name, options)
        guard let transform = made as? any Transform else {
            #expect(made is MixUp || made is CutMix)
            return
        }
        var random = SampleRandom.test()
        let image = try testPicture(40, 50)
        let sample = ImageSample(image: name == "Normalize" ? try image.float() : image)
        _ = try transform.apply(to: sample, random: &random)
    }

    @Test("these are all, and registering them again does nothing")
    func all() throws {
        try Registries.registerVisionTransforms()
        for name in Self.configurations.keys { #expect(Registries.transforms.contains(name)) }
        #expect(try registry.names.sorted() == Self.configurations.keys.sorted())
    }

    /// Runs with HELIOS_WRITE_DOCS=1 write the table instead.
    @Test("docs/registries.md lists all names with their options and defaults")
    func page() throws {
        let registry = try registry
        let needed: [String: ConfigValue] = [
            "Resize": ["size": 9], "RandomResizedCrop": ["size": 9], "CenterCrop": ["size": 9], "FiveCrop": ["size": 9],
            "TenCrop": ["size": 9], "RandomCrop": ["size": 9], "Pad": ["padding": 1], "RandomRotation": ["degrees": 9],
            "RandomAffine": ["degrees": 9], "Normalize": ["mean": 0, "std": 1], "RandomPosterize": ["bits": 3],
            "RandomSolarize": ["threshold": 9], "RandomAdjustSharpness": ["sharpness_factor": 2],
            "GaussianBlur": ["kernel_size": 3], "Compose": ["transforms": ["RandomInvert"]],
            "RandomApply": ["transforms": ["RandomInvert"]], "RandomChoice": ["transforms": ["RandomInvert"]],
            "RandomOrder": ["transforms": ["RandomInvert"]],
        ]
        try RegistryPage.check(
            "transforms",
            registry.names.sorted().map { name in
                let reader = try OptionReader(needed[name] ?? .null, of: name)
                _ = try Registry.product(registry.maker(name), reader, ())
                return (name, reader.known.map { ($0.name, $0.defaultText) })
            })
    }

    /// The transforms of the module and no others.
    private var registry: Registry<Void, any Sendable> {
        get throws {
            let registry = Registry<Void, any Sendable>("transform")
            try registry.addVisionTransforms()
            return registry
        }
    }

    @Test("options arrive where they belong")
    func options() throws {
        let registry = Registries.transforms
        let resize = try registry.make("Resize", ["max_size": 30, "interpolation": "nearest-exact"], as: Resize.self)
        #expect(resize.size == .longerSide(30) && resize.interpolation == .nearestExact)
        let crop = try registry.make("RandomCrop", ["size": [3, 4], "padding": [1, 2]], as: RandomCrop.self)
        #expect(crop.size == ImageSize(height: 3, width: 4) && crop.padding == Margins(horizontal: 1, vertical: 2))
        let jitter = try registry.make("ColorJitter", ["brightness": 2, "hue": [0, 0.25]], as: ColorJitter.self)
        #expect(jitter.brightness == 0...3 && jitter.hue == 0...0.25 && jitter.contrast == nil)
        let compose = try registry.make(
            from: ["type": "Compose", "transforms": [["type": "RandomRotation", "degrees": 5]]], as: Compose.self)
        #expect((compose.transforms.first as? RandomRotation)?.degrees == -5...5)
    }

    @Test(
        "a wrong configuration is an error when it is read",
        arguments: [
            ("Resize", [:]), ("Resize", ["size": [1, 2, 3]]), ("Resize", ["size": 0]),
            ("Resize", ["size": [3, 4], "max_size": 9]), ("RandomErasing", ["scale": [1, 0]]),
            ("ColorJitter", ["contrast": -1]), ("RandomAffine", ["degrees": 1, "translate": 0.5]),
            ("Pad", ["padding": [1, 2, 3]]), ("Normalize", ["mean": 0, "std": 0]), ("GaussianBlur", ["kernel_size": 2]),
            ("Compose", ["transforms": ["Nothing"]]), ("Compose", ["transforms": ["MixUp"]]),
            ("RandomInvert", ["probability": 1]),
        ] as [(String, ConfigValue)])
    func mistakes(_ name: String, _ options: ConfigValue) throws {
        #expect(throws: (any Error).self, "\(name) \(options)") { try Registries.transforms.make(name, options) }
    }
}
