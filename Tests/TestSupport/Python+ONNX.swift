import Foundation

extension Python {
    /// What onnx and onnxruntime say of the exported networks in the folders of a folder, in the order of their names:
    /// `nil` for one that they compute as it was computed here.
    public static func onnxErrors(in folder: URL) async throws -> [String?] {
        struct Answer: Decodable { let errors: [String?] }
        let output = try await runAlone("run_onnx.py", [folder.path])
        // The first line says that the packages are there.
        let lines = output.split(separator: UInt8(ascii: "\n"))
        return try lines.dropFirst().flatMap { try JSONDecoder().decode(Answer.self, from: $0).errors }
    }
}
