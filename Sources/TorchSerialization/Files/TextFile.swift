/// Writes files of text.
package enum TextFile {
    /// Writes a file as a whole: a reader, and a machine that loses power, sees either the old text or the new.
    ///
    /// - Throws: `FileAccessError` if it cannot be written.
    package static func replace(_ path: String, with text: String) throws(FileAccessError) {
        var sink: FileSink?
        do {
            try AtomicFile.replace(path) { file in
                sink = file
                try Array(text.utf8).withUnsafeBytes { try file.add($0) }
            }
        } catch {
            throw FileAccessError(
                reason: (error as? FormatError)?.reason ?? "\(error)", code: sink?.failureCode ?? 0)
        }
    }
}
