import Foundation
import Helios
import Torch
import TorchSerialization

/// Under which ID a service knows a run. A file in the folder of the logs has it, for a test or a prediction of the
/// run.
struct RunIdentity {
    /// The ID: letters, digits, `-` and `_`.
    let id: String
    /// Whether the run is one that the service may have already.
    let isKnown: Bool

    private static let greatestLength = 64

    /// The ID in a checkpoint or in the file, or a new one, which is written into the file.
    ///
    /// - Parameters:
    ///   - run: how it begins.
    ///   - key: under which the checkpoint has the ID.
    ///   - file: the file.
    /// - Throws: `TrackingError` if the file cannot be written.
    init(_ run: LoggedRun, key: String, file: URL) throws {
        let known: String? =
            switch run.start {
            case .new: nil
            case .resumed(let state): state[.string(key)]?.string
            case .added: Self.read(file)
            }
        if let known, Self.isValid(known) {
            (id, isKnown) = (known, true)
        } else {
            let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789")
            (id, isKnown) = (String((0..<12).map { _ in letters[Int.random(in: 0..<letters.count)] }), false)
        }
        do {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try TextFile.replace(file.path, with: id + "\n")
        } catch  where DiskRoom.isLacking(error) {
            // Checkpoints have the ID, so that a resume does not need the file.
            run.warn(
                "\(VisibleText.of(file.path)) cannot be written, since the disk is full; the run continues, and a "
                    + "later test or prediction does not find it in the service")
        } catch {
            let reason =
                (error as? FileAccessError)?.reason
                ?? SystemPath.obstacle(to: SystemPath.folder(of: file.path)) ?? error.localizedDescription
            throw TrackingError("\(VisibleText.of(file.path)) cannot be written: \(reason)")
        }
    }

    private static func read(_ file: URL) -> String? {
        guard let handle = try? FileHandle(forReadingFrom: file) else { return nil }
        defer { try? handle.close() }
        guard let data = try? handle.read(upToCount: greatestLength + 2) else { return nil }
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private static func isValid(_ id: String) -> Bool {
        (1...greatestLength).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

extension LoggedRun.Start {
    /// What the scripts call it.
    var name: String {
        switch self {
        case .new: "new"
        case .resumed: "resumed"
        case .added: "added"
        }
    }
}
