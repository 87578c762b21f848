import Helios
import Torch
import TorchNN

extension Registries {
    /// Registers the transforms of this module in `Registries.transforms`, under torchvision's names.
    ///
    /// Call it at the start of a program that reads configurations; it may be called again. docs/registries.md lists
    /// names and options.
    ///
    /// - Throws: `ConfigurationError` if a transform of one of the names is registered already, but not by this
    ///   function.
    public static func registerVisionTransforms() throws {
        try registration.get()
    }

    private static let registration = Result { () throws(any Error) in
        try Registries.transforms.addVisionTransforms()
    }
}

extension Registry where Subject == Void, Product == any Sendable {
    func addVisionTransforms() throws {
        try addGeometry()
        try addWarps()
        try addColors()
        try addAugmentation()
        try addCompositions()
    }

    fileprivate func addGeometry() throws {
        try register("Resize") {
            try Resize(
                $0.resizeSize(), interpolation: $0.choice("interpolation", .bilinear),
                antialias: $0.bool("antialias", true)
            ).valid
        }
        try register("RandomResizedCrop") {
            try RandomResizedCrop(
                $0.imageSize(), scale: $0.range("scale", 0.08...1), ratio: $0.range("ratio", 3.0 / 4...4.0 / 3),
                interpolation: $0.choice("interpolation", .bilinear), antialias: $0.bool("antialias", true)
            ).valid
        }
        try register("CenterCrop") { try CenterCrop($0.imageSize()).valid }
        try register("FiveCrop") { try FiveCrop($0.imageSize()).valid }
        try register("TenCrop") { try TenCrop($0.imageSize(), flipsVertically: $0.bool("vertical_flip", false)).valid }
        try register("RandomCrop") {
            try RandomCrop(
                $0.imageSize(), padding: $0.value("padding", default: MarginsOption(Margins(0))).margins,
                padsIfNeeded: $0.bool("pad_if_needed", false), fill: $0.fill(),
                paddingMode: $0.choice("padding_mode", .constant)
            ).valid
        }
        try register("Pad") {
            try Pad(
                $0.value("padding", as: MarginsOption.self).margins, fill: $0.fill(),
                mode: $0.choice("padding_mode", .constant)
            ).valid
        }
        try register("RandomHorizontalFlip") { try RandomHorizontalFlip(p: $0.double("p", 0.5)).valid }
        try register("RandomVerticalFlip") { try RandomVerticalFlip(p: $0.double("p", 0.5)).valid }
        try register("RandomErasing") {
            let isNoise = try $0.bool("noise", false)
            let color = try $0.value("value", default: ListOption([0])).values
            return try RandomErasing(
                p: $0.double("p", 0.5), scale: $0.range("scale", 0.02...0.33), ratio: $0.range("ratio", 0.3...3.3),
                value: isNoise ? .noise : .color(color)
            ).valid
        }
        try register("RemoveEmptyBoxes") {
            try RemoveEmptyBoxes(minSize: $0.double("min_size", 1), minArea: $0.double("min_area", 1)).valid
        }
    }

    fileprivate func addWarps() throws {
        try register("RandomRotation") {
            try RandomRotation(
                degrees: $0.degrees(), interpolation: $0.choice("interpolation", .nearest),
                expand: $0.bool("expand", false), center: $0.vector("center"), fill: $0.fill()
            ).valid
        }
        try register("RandomAffine") {
            try RandomAffine(
                degrees: $0.degrees(), translate: $0.vector("translate"), scale: $0.optionalRange("scale"),
                shearX: $0.optionalRange("shear_x"), shearY: $0.optionalRange("shear_y"),
                interpolation: $0.choice("interpolation", .nearest), fill: $0.fill(), center: $0.vector("center")
            ).valid
        }
        try register("RandomPerspective") {
            try RandomPerspective(
                distortionScale: $0.double("distortion_scale", 0.5), p: $0.double("p", 0.5),
                interpolation: $0.choice("interpolation", .bilinear), fill: $0.fill()
            ).valid
        }
    }

    fileprivate func addColors() throws {
        try register("ToImageTensor") {
            try ToImageTensor(dtype: $0.choice("dtype", TypeName.float32).type, scale: $0.bool("scale", true))
        }
        try register("Normalize") {
            try Normalize(
                mean: $0.value("mean", as: ListOption.self).values, std: $0.value("std", as: ListOption.self).values
            ).valid
        }
        try register("Grayscale") { try Grayscale(channels: $0.int("num_output_channels", 1)).valid }
        try register("RandomGrayscale") { try RandomGrayscale(p: $0.double("p", 0.1)).valid }
        try register("ColorJitter") {
            try ColorJitter(
                brightness: $0.jitter("brightness", around: 1), contrast: $0.jitter("contrast", around: 1),
                saturation: $0.jitter("saturation", around: 1), hue: $0.jitter("hue", around: 0)
            ).valid
        }
        try register("RandomInvert") { try RandomInvert(p: $0.double("p", 0.5)).valid }
        try register("RandomPosterize") { try RandomPosterize(bits: $0.int("bits"), p: $0.double("p", 0.5)).valid }
        try register("RandomSolarize") {
            try RandomSolarize(threshold: $0.double("threshold"), p: $0.double("p", 0.5)).valid
        }
        try register("RandomAutocontrast") { try RandomAutocontrast(p: $0.double("p", 0.5)).valid }
        try register("RandomEqualize") { try RandomEqualize(p: $0.double("p", 0.5)).valid }
        try register("RandomAdjustSharpness") {
            try RandomAdjustSharpness(factor: $0.double("sharpness_factor"), p: $0.double("p", 0.5)).valid
        }
        try register("GaussianBlur") {
            let (x, y): (Int, Int) =
                switch try $0.value("kernel_size", as: SideOption.self) {
                case .one(let size): (size, size)
                case .both(let x, let y): (x, y)
                }
            return try GaussianBlur(kernelWidth: x, kernelHeight: y, sigma: $0.range("sigma", 0.1...2)).valid
        }
    }

    fileprivate func addAugmentation() throws {
        try register("AutoAugment") {
            try AutoAugment(
                policy: $0.choice("policy", .imageNet), interpolation: $0.choice("interpolation", .nearest),
                fill: $0.fill()
            ).valid
        }
        try register("RandAugment") {
            try RandAugment(
                operations: $0.int("num_ops", 2), magnitude: $0.int("magnitude", 9),
                magnitudeBins: $0.int("num_magnitude_bins", 31), interpolation: $0.choice("interpolation", .nearest),
                fill: $0.fill()
            ).valid
        }
        try register("TrivialAugmentWide") {
            try TrivialAugmentWide(
                magnitudeBins: $0.int("num_magnitude_bins", 31), interpolation: $0.choice("interpolation", .nearest),
                fill: $0.fill()
            ).valid
        }
        try register("AugMix") {
            let depth = try $0.int("chain_depth", -1)
            return try AugMix(
                severity: $0.int("severity", 3), mixtureWidth: $0.int("mixture_width", 3),
                chainDepth: depth < 0 ? nil : depth, alpha: $0.double("alpha", 1),
                allOperations: $0.bool("all_ops", true), interpolation: $0.choice("interpolation", .bilinear),
                fill: $0.fill()
            ).valid
        }
        try register("MixUp") {
            try MixUp(alpha: $0.double("alpha", 1), classes: $0.optional("num_classes"))
        }
        try register("CutMix") {
            try CutMix(alpha: $0.double("alpha", 1), classes: $0.optional("num_classes"))
        }
    }

    fileprivate func addCompositions() throws {
        try register("Compose") { try Compose($0.transforms()).valid }
        try register("RandomApply") { try RandomApply($0.transforms(), p: $0.double("p", 0.5)).valid }
        try register("RandomChoice") { try RandomChoice($0.transforms(), weights: $0.optional("p")).valid }
        try register("RandomOrder") { try RandomOrder($0.transforms()).valid }
    }
}

extension Transform {
    /// The transform, if its options are right: a wrong configuration is an error when it is read.
    fileprivate var valid: Self {
        get throws {
            try validate()
            return self
        }
    }
}
