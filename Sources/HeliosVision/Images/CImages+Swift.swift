import CImages
import Helios

// The C functions of each format, and their reports.

extension ImageFormat {
    func readHeader(
        _ bytes: UnsafePointer<UInt8>?, _ count: Int, _ header: inout CIHeader, _ report: inout CIReport
    ) -> Bool {
        switch self {
        case .jpeg: ci_jpeg_read_header(bytes, count, &header, &report)
        case .png: ci_png_read_header(bytes, count, &header, &report)
        case .webp: ci_webp_read_header(bytes, count, &header, &report)
        }
    }

    func decode(
        _ bytes: UnsafePointer<UInt8>?, _ count: Int, _ request: inout CIRequest,
        _ pixels: UnsafeMutableRawPointer?, _ byteCount: Int, _ report: inout CIReport
    ) -> Bool {
        let pixels = pixels?.assumingMemoryBound(to: UInt8.self)
        return switch self {
        case .jpeg: ci_jpeg_decode(bytes, count, &request, pixels, byteCount, &report)
        case .png: ci_png_decode(bytes, count, &request, pixels, byteCount, &report)
        case .webp: ci_webp_decode(bytes, count, &request, pixels, byteCount, &report)
        }
    }
}

extension CIReport {
    /// Why the work ended.
    var reason: String { text(message) }

    /// The first warning.
    var firstWarning: String { text(warning) }

    private func text<Characters>(_ characters: Characters) -> String {
        withUnsafeBytes(of: characters) { VisibleText.of(String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)) }
    }
}

extension ImageError {
    /// The error that a C function reports.
    init(_ path: String?, _ report: CIReport) {
        let kind: Kind =
            switch report.failure {
            case CIFailureTruncated: .truncated
            case CIFailureUnsupported: .unsupported
            case CIFailureMemory: .memory
            case CIFailureArgument: .argument
            default: .damaged
            }
        self.init(path: path, kind: kind, reason: (kind == .damaged ? "it is damaged: " : "") + report.reason)
    }
}
