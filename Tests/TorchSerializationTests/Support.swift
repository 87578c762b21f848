import Foundation
import Testing
import Torch

@testable import TorchSerialization

/// Runs `body` with the URL of a folder that is removed afterwards.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "torch-file-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
}

/// What comes back when a value is saved and loaded.
func roundTrip(_ value: StateValue) throws -> StateValue {
    try withFolder { folder in
        let file = folder.appending(path: "value.pth")
        try TorchFile.save(value, to: file)
        return try TorchFile.load(file)
    }
}

/// The reason of the error that `body` must end in.
func reason(_ sourceLocation: SourceLocation = #_sourceLocation, of body: () throws -> Void) -> String {
    do {
        try body()
        Issue.record("no error", sourceLocation: sourceLocation)
        return ""
    } catch let error as TorchFileError {
        return error.reason
    } catch let error as FormatError {
        return error.reason
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
        return ""
    }
}

extension StateValue {
    /// The value in one line, each tensor with its type, shape, strides and numbers: what a test compares.
    var text: String {
        switch self {
        case .none: "none"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .double(let value): "\(value)f"
        // As bytes, since Swift takes some different strings for the same.
        case .string(let value): "'\(value)'\(Array(value.utf8).count)"
        case .list(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
        case .tuple(let values): "(" + values.map(\.text).joined(separator: ", ") + ")"
        case .dictionary(let state):
            "{" + state.map { "\(keyText($0.key)): \($0.value.text)" }.joined(separator: ", ") + "}"
        case .tensor(let tensor):
            "\(tensor.dtype)\(tensor.shape)/\(tensor.strides)=\((try? tensor.bytes).map { "\($0)" } ?? "unreadable")"
        }
    }

    private func keyText(_ key: StateDict.Key) -> String {
        switch key {
        case .int(let number): "\(number)"
        case .string(let name): "'\(name)'"
        }
    }
}

extension Tensor {
    /// The elements' bytes, in order.
    var bytes: [UInt8] {
        get throws { try contiguous().view([count]).view(dtype: .uint8).array(UInt8.self) }
    }
}
