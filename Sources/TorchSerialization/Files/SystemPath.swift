import Foundation

/// Converts paths between text and the system's bytes.
///
/// To the system a path is bytes, which need not be UTF-8, while a `String` always is. A byte that is not part of a
/// valid character is represented by one of 128 private characters, U+10F780 to U+10F7FF, and becomes that byte again
/// in calls to the system. If those characters themselves occur in a path, each of their bytes is represented the same
/// way, so nothing is lost.
package enum SystemPath {
    /// The private character that would represent the byte 0.
    private static let base: UInt32 = 0x10F700
    private static let escapes = base + 0x80...base + 0xFF

    // MARK: Parts of a path

    /// The folder that a path is in, as `dirname` gives it; empty for a name alone. (Foundation's
    /// `NSString.deletingLastPathComponent` ends the program for a name of one letter.)
    package static func folder(of path: String) -> String {
        guard let name = nameRange(path.utf8) else { return path.isEmpty ? "" : "/" }
        let before = path.utf8[..<name.lowerBound]
        guard !before.isEmpty else { return "" }
        guard let end = before.lastIndex(where: { $0 != slash }) else { return "/" }
        return String(decoding: path.utf8[...end], as: UTF8.self)
    }

    /// The last name in a path, without slashes behind it; `/` for the root.
    package static func name(of path: String) -> String {
        guard let name = nameRange(path.utf8) else { return path.isEmpty ? "" : "/" }
        return String(decoding: path.utf8[name], as: UTF8.self)
    }

    private static let slash = UInt8(ascii: "/")

    /// Where the last name of a path is; `nil` if the path has slashes only.
    private static func nameRange(_ path: String.UTF8View) -> Range<String.UTF8View.Index>? {
        guard let last = path.lastIndex(where: { $0 != slash }) else { return nil }
        let start = path[...last].lastIndex(of: slash).map { path.index(after: $0) } ?? path.startIndex
        return start..<path.index(after: last)
    }

    // MARK: Bytes that are no text

    /// The text that stands for a path's bytes.
    package static func text(of bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        var result = String.UnicodeScalarView()
        var (parser, iterator, start) = (Unicode.UTF8.ForwardParser(), bytes.makeIterator(), 0)
        func escape(_ count: Int) {
            for byte in bytes[start..<start + count] {
                // Every byte of a longer character has its highest bit set.
                if let scalar = Unicode.Scalar(base + UInt32(byte)) { result.append(scalar) }
            }
        }
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .emptyInput: return String(result)
            case .error(let count):
                escape(count)
                start += count
            case .valid(let encoded):
                let scalar = Unicode.UTF8.decode(encoded)
                if escapes.contains(scalar.value) { escape(encoded.count) } else { result.append(scalar) }
                start += encoded.count
            }
        }
    }

    /// The text that stands for the bytes of a path that ends in a zero.
    package static func text(of path: UnsafePointer<CChar>) -> String {
        text(of: UnsafeBufferPointer(start: path, count: strlen(path)).lazy.map { UInt8(bitPattern: $0) })
    }

    /// Calls `body` with the bytes of a path, followed by a zero.
    package static func withBytes<Result>(_ path: String, _ body: (UnsafePointer<CChar>) throws -> Result) rethrows
        -> Result
    {
        guard path.unicodeScalars.contains(where: { escapes.contains($0.value) }) else {
            return try path.withCString(body)
        }
        var bytes: [CChar] = []
        for scalar in path.unicodeScalars {
            if escapes.contains(scalar.value) {
                bytes.append(CChar(bitPattern: UInt8(scalar.value - base)))
            } else {
                bytes += UTF8.encode(scalar)?.map { CChar(bitPattern: $0) } ?? []
            }
        }
        return try (bytes + [0]).withUnsafeBufferPointer { bytes in
            // The array is not empty, since it has the zero.
            guard let start = bytes.baseAddress else { return try path.withCString(body) }
            return try body(start)
        }
    }

    /// Returns a path for a reader: bytes that are not text are written as `\xFF`.
    package static func visible(_ path: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in path.unicodeScalars {
            if escapes.contains(scalar.value) {
                result.append(
                    contentsOf: "\\x\(String(scalar.value - base, radix: 16, uppercase: true))".unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// Whether bytes of a path that were not text have become U+FFFD, as in `CommandLine.arguments`. Then it is the
    /// path of something else.
    package static func hasLostBytes(_ path: String) -> Bool {
        path.unicodeScalars.contains("\u{FFFD}")
    }

    package static let lostBytesReason =
        "the path has the character U+FFFD, which stands for bytes that are not UTF-8: give a path that is UTF-8"

    // MARK: The system's calls

    /// Returns what the system knows about the file at a path, following links; `nil` if there is none, with the reason
    /// in `errno`.
    package static func status(_ path: String) -> stat? {
        var status = stat()
        return withBytes(path) { stat($0, &status) } == 0 ? status : nil
    }

    /// If the path names a link, returns the same for the link itself.
    package static func linkStatus(_ path: String) -> stat? {
        var status = stat()
        return withBytes(path) { lstat($0, &status) } == 0 ? status : nil
    }

    package static func isFolder(_ path: String) -> Bool {
        status(path).map { $0.st_mode & S_IFMT == S_IFDIR } ?? false
    }

    /// Says what is in the place of a folder that could not be made, or of one that it is in, and what to do; `nil` if
    /// that is not the reason. The system's words do not name it.
    package static func obstacle(to folder: String) -> String? {
        var path = folder
        while !path.isEmpty, path != "/" {
            if let status = SystemPath.status(path) {
                guard status.st_mode & S_IFMT != S_IFDIR else { return nil }
                return "\(visible(path)) is not a folder: remove it, or choose another folder"
            }
            if SystemPath.linkStatus(path) != nil {
                return "\(visible(path)) is a link that leads nowhere: make the folder that it leads to, or "
                    + "remove the link"
            }
            path = SystemPath.folder(of: path)
        }
        return nil
    }

    /// Returns the names of everything in a folder, sorted; the empty path is the current folder.
    ///
    /// - Throws: `FileAccessError` if the system does not list the folder.
    package static func names(in folder: String) throws(FileAccessError) -> [String] {
        guard let stream = withBytes(folder.isEmpty ? "." : folder, { opendir($0) }) else {
            throw FileAccessError(reason: lastError())
        }
        defer { closedir(stream) }
        var names: [String] = []
        while true {
            errno = 0
            guard let entry = readdir(stream) else { break }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { name in
                // If the name is long, the bytes behind the struct's fixed part belong to the entry too.
                text(of: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
            }
            if name != ".", name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw FileAccessError(reason: lastError()) }
        return names.sorted()
    }

    /// Removes a file's name.
    @discardableResult
    package static func unlink(_ path: String) -> Bool {
        withBytes(path) { Foundation.unlink($0) } == 0
    }
}
