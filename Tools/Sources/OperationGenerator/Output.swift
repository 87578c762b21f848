import Foundation

/// Brings the generated files of a repository up to date.
public struct Output {
    /// What differs between the repository and what it should hold.
    public struct Changes: Equatable, Sendable {
        public var written: [String] = []
        public var deleted: [String] = []

        public var isEmpty: Bool { written.isEmpty && deleted.isEmpty }
    }

    let root: URL

    /// - Parameter root: The repository's folder.
    public init(root: URL) {
        self.root = root
    }

    public func changes(for files: [OperationGenerator.File]) throws -> Changes {
        let expected = Set(files.map(\.path))
        let written = files.filter { file in
            (try? String(contentsOf: root.appending(path: file.path), encoding: .utf8)) != file.text
        }
        let deleted = try OperationGenerator.generatedFolders.flatMap(generatedFiles).filter { !expected.contains($0) }
        return Changes(written: written.map(\.path), deleted: deleted)
    }

    /// Writes the files whose text changes and deletes those that are made no longer.
    public func apply(_ changes: Changes, files: [OperationGenerator.File]) throws {
        let written = Set(changes.written)
        for file in files where written.contains(file.path) {
            let url = root.appending(path: file.path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(file.text.utf8).write(to: url, options: .atomic)
        }
        for path in changes.deleted {
            try FileManager.default.removeItem(at: root.appending(path: path))
        }
    }

    /// The files of a folder that this program has made, by their paths in the repository.
    private func generatedFiles(in folder: String) throws -> [String] {
        let url = root.appending(path: folder)
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: url.path).sorted().compactMap { name in
            let text = try? String(contentsOf: url.appending(path: name), encoding: .utf8)
            return text?.hasPrefix("// \(OperationGenerator.notice)") == true ? "\(folder)/\(name)" : nil
        }
    }
}
