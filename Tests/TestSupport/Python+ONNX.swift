import Foundation

extension Python {
    /// What onnx and onnxruntime say of the exported networks in the folders of a folder, in the order of their names:
    /// `nil` for one that they compute as it was computed here.
    public static func onnxErrors(in folder: URL) async throws -> [String?] {
        struct Answer: Decodable { let error: String? }
        let output = try await runAlone("run_onnx.py", [folder.path])
        return try output.split(separator: UInt8(ascii: "\n")).map {
            try JSONDecoder().decode(Answer.self, from: $0).error
        }
    }
}
