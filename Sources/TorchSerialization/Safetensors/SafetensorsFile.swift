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
    /// Writes a dictionary of tensors. The file is byte for byte the one that the reference implementation writes.
    ///
    /// The file is written as a whole or not at all, as `TorchFile.save` does it. Each tensor is written on its own, in
    /// the order of its indices: tensors that share memory do not share it in the file, and only what a view shows is
    /// written. The order of the keys is lost, since the format has its own.
    ///
    /// - Parameter metadata: text under keys; Python libraries expect `["format": "pt"]`.
    /// - Throws: if the dictionary holds anything but tensors, or a tensor of a type that the format does not have
    ///   (`complex32`, `complex128`, sparse or quantized ones), or if the file cannot be written.
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

    /// Reads all tensors, into memory of their own on the CPU, in the order in which they lie in the file, followed by
    /// the further names of tied weights (see `OpenSafetensorsFile.aliases`).
    ///
    /// - Throws: if the file does not exist, is damaged, or has a tensor of a type that libtorch does not have. The
    ///   format has no checksums, so a flipped bit among the elements goes unnoticed.
    public static func load(_ url: URL) throws(TorchFileError) -> StateDict {
        try OpenSafetensorsFile(url).load()
    }
}
