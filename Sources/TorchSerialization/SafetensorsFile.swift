import Foundation
import Torch

/// Files of safetensors: named tensors and some text, and nothing else (https://github.com/huggingface/safetensors).
///
/// ```swift
/// try SafetensorsFile.save(network.stateDict(), metadata: ["format": "pt"], to: file)
/// try network.loadStateDict(SafetensorsFile.load(file))
/// ```
/// `OpenSafetensorsFile` reads one tensor at a time, and the metadata.
public enum SafetensorsFile {
    /// Writes a dictionary of tensors: byte for byte the file that the reference implementation writes.
    ///
    /// The file is there whole or not at all, as `TorchFile.save` writes it. Each tensor is written for itself, in the
    /// order of its indices: those that share memory do not share it in the file, and only what a view shows is written.
    /// The order of the keys is lost, since the format has one of its own.
    ///
    /// - Parameter metadata: text under keys; Python libraries expect `["format": "pt"]`.
    /// - Throws: where the dictionary holds anything but tensors, or a tensor of a type that the format does not have
    ///   (`complex32`, `complex128`, sparse or quantised ones), or the file cannot be written.
    public static func save(
        _ state: StateDict, metadata: [String: String] = [:], to url: URL
    ) throws(TorchFileError) {
        try save(state, metadata: metadata, toPath: url.filePath())
    }

    /// - Parameter path: as `SystemPath` has it.
    package static func save(
        _ state: StateDict, metadata: [String: String] = [:], toPath path: String
    ) throws(TorchFileError) {
        do {
            let contents = try SafetensorsContents(SafetensorsTensor.all(of: state), metadata: metadata)
            try AtomicFile.replace(path) { try contents.write(to: $0) }
        } catch {
            throw TorchFileError(path: path, error)
        }
    }

    /// Reads all tensors, into memory of their own on the CPU, in the order in which they lie in the file; then the further
    /// names of tied weights, see `OpenSafetensorsFile.aliases`.
    ///
    /// - Throws: for a file that is not there, is damaged, or has a tensor of a type that libtorch does not have. The
    ///   format has no checksums: a bit that flips among the elements goes unseen.
    public static func load(_ url: URL) throws(TorchFileError) -> StateDict {
        try OpenSafetensorsFile(url).load()
    }
}
