import CTorch
import Foundation
import Testing
import Torch

@testable import TorchSerialization

/// Runs `body` with the URL of a folder that is removed afterwards; in memory if the system has such a place, since
/// these tests write thousands of files.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let memory = "/dev/shm"
    let place =
        FileManager.default.isWritableFile(atPath: memory)
        ? URL(filePath: memory) : FileManager.default.temporaryDirectory
    let folder = place.appending(path: "torch-file-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

func withFolder<Result>(_ body: (URL) async throws -> Result) async throws -> Result {
    let folder = try withFolder { $0 }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder)
}

/// The names of all that is in a folder, hidden files too, in order.
func names(in folder: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}

/// A file that PyTorch wrote: Tests/Fixtures/torch_files.py makes it.
func fixtureFile(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/torch-files/\(name).pth")
        .standardizedFileURL
}

/// A file of PyTorch's with data of an unusual shape: Tests/Fixtures/unusual_files.py makes it.
func unusualFile(_ name: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/unusual-files/\(name)")
        .standardizedFileURL
}

/// What comes back when a value is saved and loaded.
func roundTrip(_ value: StateValue) throws -> StateValue {
    try withFolder { folder in
        let file = folder.appending(path: "value.pth")
        try TorchFile.save(value, to: file)
        return try TorchFile.load(file)
    }
}

/// The reason of the error that `body` must end in; empty, and an issue, if it does not.
func reason(_ sourceLocation: SourceLocation = #_sourceLocation, of body: () throws -> Void) -> String {
    do {
        try body()
        Issue.record("no error", sourceLocation: sourceLocation)
    } catch let error as TorchFileError {
        return error.reason
    } catch let error as FormatError {
        return error.reason
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
    }
    return ""
}

/// A value as one line of text, as Tests/Fixtures/state_text.py writes it: every bit of every number, and which tensors
/// share memory.
struct StateText {
    private var storages: [TensorStorage.Identity: Int] = [:]

    static func of(_ value: StateValue) throws -> String {
        var text = StateText()
        return try text.text(value)
    }

    private mutating func text(_ value: StateValue) throws -> String {
        switch value {
        case .none: "none"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .bigInteger(let value): "\(value)"
        case .double(let value): bits(value)
        case .complex(let real, let imaginary): "\(bits(real))+\(bits(imaginary))j"
        // With its length, since Swift takes some different strings for equal.
        case .string(let value): "'\(value)'\(value.utf8.count)"
        case .bytes(let value): "b" + hexadecimal(value)
        case .dtype(let dtype): "torch.\(dtype)"
        case .device(let name): "device \(name)"
        case .size(let sizes): "size\(sizes)"
        case .set(let values): try "set[" + values.map { try text($0) }.sorted().joined(separator: ", ") + "]"
        case .list(let values): try "[" + values.map { try text($0) }.joined(separator: ", ") + "]"
        case .tuple(let values): try "(" + values.map { try text($0) }.joined(separator: ", ") + ")"
        case .dictionary(let state): try text(state)
        case .tensor(let tensor): try text(tensor)
        }
    }

    private func bits(_ number: Double) -> String {
        "f" + String(number.bitPattern, radix: 16)
    }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private mutating func text(_ state: StateDict) throws -> String {
        let kind =
            switch state.kind {
            case .plain: ""
            case .ordered: "ordered"
            case .counter: "counter"
            }
        let entries = try state.map { try "\(text(value(of: $0.key))): \(text($0.value))" }
        let attributes = try state.attributes.isEmpty ? "" : text(state.attributes)
        return "\(kind){" + entries.joined(separator: ", ") + "}" + attributes
    }

    private func value(of key: StateDict.Key) -> StateValue {
        switch key {
        case .int(let number): .int(number)
        case .string(let name): .string(name)
        case .none: .none
        case .bool(let value): .bool(value)
        case .double(let number): .double(number)
        case .bigInteger(let number): .bigInteger(number)
        case .bytes(let bytes): .bytes(bytes)
        case .dtype(let dtype): .dtype(dtype)
        case .tuple(let keys): .tuple(keys.map(value))
        }
    }

    private mutating func text(_ tensor: Tensor) throws -> String {
        if let layout = SparseLayout(of: tensor) {
            let sparse = try SparseTensor(of: tensor, layout: layout)
            let parts = try sparse.parts.map { try text($0) }.joined(separator: ", ")
            let coalesced = sparse.isCoalesced.map { $0 ? " coalesced" : " uncoalesced" } ?? ""
            return "\(layout.name)\(sparse.shape)(\(parts))\(coalesced)"
        }
        let identity = try #require(TensorStorage.identity(of: tensor))
        let storage = storages[identity] ?? storages.count
        storages[identity] = storage
        let bytes = try hexadecimal(tensor.bytes)
        let offset = TensorGeometry(of: tensor).offset
        return "\(tensor.dtype)\(tensor.shape)/\(tensor.strides)@\(storage)+\(offset)=\(bytes)"
    }
}

extension Tensor {
    /// The elements' bytes, in order.
    var bytes: [UInt8] {
        get throws {
            let size = try #require(dtype.byteCount)
            var bytes = [UInt8](repeating: 0, count: count * size)
            try #require(ct_tensor_copy_bytes(pointer, &bytes, Int64(bytes.count)))
            return bytes
        }
    }
}
