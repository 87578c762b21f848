/// Writes files as a whole.
package enum WholeFile {
    /// Writes a file: a reader, and a machine that loses power, sees either the old contents or the new.
    ///
    /// - Throws: `FileAccessError` if it cannot be written.
    package static func replace(_ path: String, with bytes: UnsafeRawBufferPointer) throws(FileAccessError) {
        var sink: FileSink?
        do {
            try AtomicFile.replace(path) { file in
                sink = file
                try file.add(bytes)
            }
        } catch {
            throw FileAccessError(
                reason: (error as? FormatError)?.reason ?? "\(error)", code: sink?.failureCode ?? 0)
        }
    }
}
