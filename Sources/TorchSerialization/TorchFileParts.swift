/// A file of `torch.save`, taken apart: the description of its value, and where the bytes of its storages are.
struct TorchFileParts {
    let graph: PickleGraph
    let storages: any StorageSource
    /// nil for a file from before PyTorch 1.6, which has no checksums.
    let archive: ArchiveReader?

    init(_ file: FileSource) throws {
        if try LegacyFile.isRecognised(file) {
            let legacy = try LegacyFile(file)
            (graph, storages, archive) = (legacy.graph, legacy.storages, nil)
            return
        }
        try file.refuseTar()
        let archive = try ArchiveReader(file)
        guard archive.has("data.pkl") else {
            throw FormatError("it is a zip archive, but not one of torch.save: it has no data.pkl")
        }
        storages = try ArchiveStorages(archive)
        graph = try PickleReader.read(archive.read("data.pkl"))
        self.archive = archive
    }
}

extension FileSource {
    /// PyTorch before 0.2 wrote tar archives, which have a mark of their own at byte 257.
    fileprivate func refuseTar() throws {
        guard size >= 262, try read(at: 257, count: 5) == Array("ustar".utf8) else { return }
        throw FormatError(
            "it is a tar archive, as PyTorch before 0.2 wrote it, which is not read: load it with PyTorch and save it again"
        )
    }
}
