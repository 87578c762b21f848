import HeliosVision
import Testing

@Suite("ImageFormat")
struct ImageFormatTests {
    @Test("extensions stand for formats in any case")
    func names() {
        let names: [(String, ImageFormat?)] = [
            ("a.jpg", .jpeg), ("folder.png/a.JPEG", .jpeg), ("a.b.Png", .png), ("a.webp", .webp), ("a.jpg.txt", nil),
            ("jpg", nil), ("folder.png/a", nil), ("a.", nil), ("", nil), (".png", .png),
        ]
        for (name, format) in names { #expect(ImageFormat(fileName: name) == format, "\(name)") }
    }

    @Test("the first bytes tell the format")
    func contents() {
        #expect(ImageFormat(bytes: [0xFF, 0xD8, 0xFF, 0xE0]) == .jpeg)
        #expect(ImageFormat(bytes: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]) == .png)
        #expect(ImageFormat(bytes: Array("RIFF____WEBPVP8 ".utf8)) == .webp)
        for text in ["", "RIFF____WAVE", "GIF89a", "\u{FF}\u{D8}"] {
            #expect(ImageFormat(bytes: Array(text.utf8)) == nil)
        }
    }
}
