import CImages
import Helios
import Torch

/// How bytes are resized by the library's own kernel, with what comes next in the same pass.
struct ByteResizing {
    /// The part of the image that is resized.
    var region: ImageRegion
    /// The size that this part gets.
    var size: ImageSize
    /// The part of that size that is computed.
    var window: ImageRegion
    var isCubic: Bool
    var antialias: Bool
    /// Whether the columns are reversed.
    var flips = false
    /// For tests: whether only instructions are used that all processors of a kind have.
    var isPortable = false

    /// Resizes a region of an image.
    init(region: ImageRegion, size: ImageSize, isCubic: Bool, antialias: Bool) {
        self.region = region
        self.size = size
        self.isCubic = isCubic
        self.antialias = antialias
        window = ImageRegion(top: 0, left: 0, height: size.height, width: size.width)
    }

    /// What bytes become when they are converted to numbers: `(byte * scale - mean) / std`.
    struct Numbers {
        var scale: Float
        var mean: [Double]?
        var std: [Double]?
    }

    /// Whether an image can be resized by the kernel: bytes `[C, H, W]` in the CPU's memory.
    static func handles(_ image: Tensor) -> Bool {
        guard image.dtype == .uint8, image.device == .cpu else { return false }
        let shape = image.shape
        return shape.count == 3 && (1...Int(CI_RESIZE_MAX_CHANNELS)).contains(shape[0]) && shape[1] > 0 && shape[2] > 0
    }

    /// The shape of the result for an image that `handles` accepts.
    func shape(of image: Tensor) -> [Int] { [image.shape[0], window.height, window.width] }

    /// Bytes `[C, H, W]`.
    func bytes(of image: Tensor) throws -> Tensor {
        let output = try Tensor.empty(shape(of: image), dtype: .uint8)
        try output.withElements { address in
            var target = CIResizeOutput()
            target.bytes = address.assumingMemoryBound(to: UInt8.self)
            try run(on: image, target)
        }
        return output
    }

    /// Numbers `[C, H, W]`, written into `output`, which is contiguous `float32` memory of that shape.
    func numbers(_ numbers: Numbers, of image: Tensor, into output: Tensor) throws {
        try output.withElements { address in
            var target = CIResizeOutput()
            target.numbers = address.assumingMemoryBound(to: Float.self)
            target.scale = numbers.scale
            if let mean = numbers.mean, let std = numbers.std {
                target.isNormalized = true
                func channel(_ values: [Double], _ position: Int) -> Float {
                    Float(position < values.count ? values[position] : values.last ?? 1)
                }
                target.mean = (channel(mean, 0), channel(mean, 1), channel(mean, 2), channel(mean, 3))
                target.deviation = (channel(std, 0), channel(std, 1), channel(std, 2), channel(std, 3))
            }
            try run(on: image, target)
        }
    }

    private func run(on image: Tensor, _ output: CIResizeOutput) throws {
        let (shape, strides) = (image.shape, image.strides)
        let limit = 1 << 24
        let sizes = [shape[1], shape[2], size.height, size.width]
        guard sizes.allSatisfy({ (1...limit).contains($0) }) else {
            throw DataError("resize: sizes must be from 1 to \(limit); the image is \(shape), and its new size \(size)")
        }
        guard region.isInside(ImageSize(height: shape[1], width: shape[2])), window.isInside(size) else {
            throw DataError("resize: \(region) is not inside an image of \(shape), or \(window) not inside \(size)")
        }
        let succeeded = try image.withElements { address in
            let offset = region.top * strides[1] + region.left * strides[2]
            let pixels = CIPixels(
                pixels: address.assumingMemoryBound(to: UInt8.self) + offset, rowStride: Int64(strides[1]),
                columnStride: Int64(strides[2]), channelStride: Int64(strides[0]), channels: Int32(shape[0]),
                height: Int32(region.height), width: Int32(region.width))
            let resize = CIResize(
                height: Int32(size.height), width: Int32(size.width), top: Int32(window.top), left: Int32(window.left),
                windowHeight: Int32(window.height), windowWidth: Int32(window.width), isCubic: isCubic,
                antialias: antialias, flipsColumns: flips, isPortable: isPortable)
            return ci_resize(pixels, resize, output)
        }
        guard succeeded else {
            throw TorchError(
                kind: .outOfMemory, operation: "resize", inputs: "uint8\(shape)",
                message: "there is too little memory to resize the image to \(size.height)x\(size.width)")
        }
    }
}

extension ImageRegion {
    /// Whether the region has pixels, and all are in an image of this size.
    func isInside(_ size: ImageSize) -> Bool {
        top >= 0 && left >= 0 && height > 0 && width > 0 && height <= size.height && width <= size.width
            && top <= size.height - height && left <= size.width - width
    }
}
