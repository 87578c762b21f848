import Foundation
import Torch
import TorchSerialization

/// Writes files of tokens, which `TokenSequence` and nanoGPT read.
public enum TokenFile {
    /// Writes tokens as numbers of one width and nothing else, as a whole: a reader sees either the old file or the
    /// new.
    ///
    /// - Parameters:
    ///   - parts: the tokens part by part, so that not all of them are in memory.
    ///   - url: the file.
    ///   - width: how it holds the numbers.
    /// - Returns: the number of tokens.
    /// - Throws: `DataError` for a token that does not fit the width; `DataFileError` if the system refuses; and what
    ///   the sequence throws.
    @discardableResult
    public static func write(
        _ parts: some Sequence<[Int]>, to url: URL, width: TokenSequence.Width = .uint16
    ) throws -> Int {
        var iterator = parts.makeIterator()
        return try write(to: url, width) { iterator.next() }
    }

    /// Writes tokens that `next` makes part by part, until it returns `nil`.
    static func write(to url: URL, _ width: TokenSequence.Width, _ next: () throws -> [Int]?) throws -> Int {
        let greatest = width == .uint32 ? Int(UInt32.max) : (1 << (8 * width.rawValue)) - 1
        var count = 0
        var failure: (any Error)?
        do {
            try AtomicFile.write(url.filePath()) { file in
                while let tokens = try noting(&failure, { try next() }) {
                    if let token = tokens.first(where: { $0 < 0 || $0 > greatest }) {
                        throw DataError(
                            "the token \(token) does not fit a file of numbers of \(width.rawValue) bytes each, which "
                                + "holds 0 to \(greatest): choose a greater width")
                    }
                    let bytes = tokens.flatMap { token in
                        (0..<width.rawValue).map { UInt8(truncatingIfNeeded: token >> (8 * $0)) }
                    }
                    try bytes.withUnsafeBytes { try file.add($0) }
                    count += tokens.count
                }
            }
        } catch {
            // What went wrong with the tokens has nothing to do with the file.
            throw failure ?? DataFileError(path: url.path, error)
        }
        return count
    }

    /// Runs `body`, and remembers its error.
    private static func noting<Result>(_ failure: inout (any Error)?, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch {
            failure = error
            throw error
        }
    }
}
