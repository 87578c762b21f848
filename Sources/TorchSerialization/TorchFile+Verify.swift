import Foundation

extension TorchFile {
    /// Checks every record of a file against its checksum, also those that its contents do not speak of.
    ///
    /// - Throws: where one is damaged, or the file is none of `torch.save`.
    package static func verify(_ url: URL) throws(TorchFileError) {
        let path = url.path(percentEncoded: false)
        do {
            let archive = try ArchiveReader(path)
            for name in archive.recordNames { _ = try archive.read(name) }
        } catch let error as FormatError {
            throw TorchFileError(path: path, reason: error.reason)
        } catch {
            throw TorchFileError(path: path, reason: "\(error)")
        }
    }
}
