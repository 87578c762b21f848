/// Writes files of text.
package enum TextFile {
    /// Writes a file as a whole: a reader, and a machine that loses power, sees either the old text or the new.
    ///
    /// - Throws: `FileAccessError` if it cannot be written.
    package static func replace(_ path: String, with text: String) throws(FileAccessError) {
        try Array(text.utf8).withUnsafeBytes { bytes in
            Result { () throws(FileAccessError) in try WholeFile.replace(path, with: bytes) }
        }.get()
    }
}
