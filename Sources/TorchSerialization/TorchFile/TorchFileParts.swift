/// The parts of a file of `torch.save`: the description of its value, and the source of its storages' bytes.
struct TorchFileParts {
    let graph: PickleGraph
    let storages: any StorageSource
    /// `nil` for a file from before PyTorch 1.6, which has no checksums.
    let archive: ArchiveReader?

    init(_ file: FileSource) throws {
        if try LegacyFile.isRecognized(file) {
            let legacy = try LegacyFile(file)
            (graph, storages, archive) = (legacy.graph, legacy.storages, nil)
            return
        }
        try file.refuseTar()
        let archive = try ArchiveReader(file)
        try archive.refusePrograms()
        guard archive.has("data.pkl") else {
            throw FormatError("it is a zip archive, but not one of torch.save: it has no data.pkl", .unsupported)
        }
        storages = try ArchiveStorages(archive)
        let pickle = try archive.read("data.pkl")
        do {
            graph = try PickleReader.read(pickle)
        } catch let error as FormatError {
            guard let global = error.global, TorchFileParts.isModule(global, pickle) else { throw error }
            throw FormatError.wholeModule(global)
        }
        self.archive = archive
    }

    /// Whether a name that is not data is a module's class. A module that is saved as a whole has these attributes,
    /// whatever its class is called.
    private static func isModule(_ global: PickleGlobal, _ pickle: [UInt8]) -> Bool {
        if global.module.hasPrefix("torch.nn.modules.") { return true }
        return ["_parameters", "_buffers", "_modules"].allSatisfy { pickle.firstRange(of: Array($0.utf8)) != nil }
    }
}

extension ArchiveReader {
    /// PyTorch's other archives hold programs: `torch.jit.save` writes constants beside the pickle (or, before 1.0, a
    /// `model.json`), and `torch.export.save` states what it wrote.
    fileprivate func refusePrograms() throws {
        if has("constants.pkl") || has("model.json") {
            throw FormatError(
                "it is a TorchScript archive, a program and not data: load it with `torch.jit.load` in Python and save its "
                    + "`state_dict()`", .unsupported)
        }
        if has("archive_format") || has("serialized_exported_program.json") {
            throw FormatError(
                "it is an archive of `torch.export`, a program and not data: load it with `torch.export.load` in Python and "
                    + "save its `state_dict`", .unsupported)
        }
    }
}

extension FileSource {
    /// PyTorch before 0.2 wrote tar archives, which have a magic number at byte 257.
    fileprivate func refuseTar() throws {
        guard size >= 262, try read(at: 257, count: 5) == Array("ustar".utf8) else { return }
        throw FormatError(
            "it is a tar archive, as PyTorch before 0.2 wrote it, which is not read: load it with PyTorch and save it again",
            .unsupported)
    }
}
