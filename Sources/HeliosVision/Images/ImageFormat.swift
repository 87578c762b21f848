/// The formats of image files that are read. JPEG and PNG are written as well.
public enum ImageFormat: String, CaseIterable, Sendable {
    /// JPEG, by libjpeg-turbo.
    case jpeg = "JPEG"
    /// PNG, by libpng.
    case png = "PNG"
    /// WebP, by libwebp.
    case webp = "WebP"

    /// The extensions of the format's files, in lower case and without the dot.
    public var extensions: [String] {
        switch self {
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif"]
        case .png: ["png"]
        case .webp: ["webp"]
        }
    }

    /// The format for the extension of a file's name; `nil` if there is none.
    public init?(fileName: String) {
        let name = fileName.split(separator: "/").last ?? ""
        guard let dot = name.lastIndex(of: ".") else { return nil }
        let ending = name[name.index(after: dot)...].lowercased()
        guard let format = ImageFormat.allCases.first(where: { $0.extensions.contains(ending) }) else { return nil }
        self = format
    }

    /// The format that the first bytes of a file are in; `nil` if they are in none of these.
    ///
    /// - Parameter bytes: the first 16 bytes, or more.
    public init?(bytes: some Collection<UInt8>) {
        let start = Array(bytes.prefix(ImageFormat.signatureSize))
        if start.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if start.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if start.starts(with: Array("RIFF".utf8)), start.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            self = .webp
        } else {
            return nil
        }
    }

    /// How many bytes it takes to recognize the format.
    static let signatureSize = 16

    /// Says what bytes are that are in none of the formats.
    static func guess(_ bytes: [UInt8]) -> String {
        if bytes.isEmpty { return "it is empty" }
        let start = Array(bytes.prefix(signatureSize))
        for format in ImageFormat.allCases where start.count < 12 && format.begins(with: start) {
            return "it ends within the first bytes of a \(format.rawValue)"
        }
        let known = others.first { $0.begins(start) }?.name
        let what = known.map { "it is \($0), which is not read" } ?? "it is not an image"
        return "\(what): JPEG, PNG and WebP are, whatever the file's name is"
    }

    private func begins(with start: [UInt8]) -> Bool {
        let signature: [UInt8] =
            switch self {
            case .jpeg: [0xFF, 0xD8, 0xFF]
            case .png: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
            case .webp: Array("RIFF".utf8)
            }
        return start.count < signature.count
            ? signature.starts(with: start) : self == .webp && start.starts(with: signature)
    }

    private struct Other {
        let name: String
        let signature: [UInt8]
        var offset = 0

        func begins(_ start: [UInt8]) -> Bool {
            start.dropFirst(offset).starts(with: signature)
        }
    }

    private static let others = [
        Other(name: "a GIF", signature: Array("GIF8".utf8)),
        Other(name: "a BMP", signature: Array("BM".utf8)),
        Other(name: "a TIFF", signature: [0x49, 0x49, 0x2A, 0]),
        Other(name: "a TIFF", signature: [0x4D, 0x4D, 0, 0x2A]),
        Other(name: "an AVIF or HEIF", signature: Array("ftyp".utf8), offset: 4),
        Other(name: "a JPEG 2000", signature: Array("jP  ".utf8), offset: 4),
        Other(name: "a JPEG XL", signature: Array("JXL ".utf8), offset: 4),
        Other(name: "a PDF", signature: Array("%PDF".utf8)),
        Other(name: "a web page or an SVG", signature: Array("<".utf8)),
    ]
}
