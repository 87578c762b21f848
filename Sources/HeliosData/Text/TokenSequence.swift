import Foundation
import Torch
import TorchSerialization

/// A long sequence of tokens: the numbers in a mapped file, or in memory.
///
/// A file is mapped and not read, so opening it takes no time even if it is large, and the data may be larger than the
/// memory. The file must not be truncated as long as the value lives.
public struct TokenSequence: Sendable {
    /// How a file holds the numbers, the lowest byte first.
    public enum Width: Int, Sendable {
        /// Bytes.
        case uint8 = 1
        /// Numbers of 16 bits without a sign, the usual layout for vocabularies of up to 65,536 tokens.
        case uint16 = 2
        /// Numbers of 32 bits without a sign.
        case uint32 = 4
    }

    /// The number of tokens.
    public let count: Int
    /// How many bytes each takes.
    public let width: Width
    private let storage: Storage

    private enum Storage: Sendable {
        case mapped(MappedFile)
        case memory([UInt8])
    }

    /// Opens a file of numbers and nothing else, as nanoGPT's scripts and `TokenFile` write them.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - width: how it holds the numbers. The file does not say that.
    /// - Throws: `DataFileError` if the file does not exist, or its size is no multiple of the width.
    public init(tokens url: URL, width: Width = .uint16) throws {
        let file = try DataFile(url, expecting: "a file of tokens (.bin)")
        guard file.size.isMultiple(of: width.rawValue) else {
            throw file.fault(
                "its \(file.size) bytes are no whole number of tokens of \(width.rawValue) bytes: is the width right?")
        }
        storage = .mapped(try file.map())
        count = file.size / width.rawValue
        self.width = width
    }

    /// Opens any file as the sequence of its bytes: a vocabulary of 256 tokens.
    ///
    /// - Throws: `DataFileError` if the file does not exist.
    public init(bytesOf url: URL) throws {
        try self.init(tokens: url, width: .uint8)
    }

    /// The sequence of numbers that are in memory.
    ///
    /// - Throws: `DataError` for a number that does not fit 32 bits without a sign.
    public init(_ tokens: [Int]) throws {
        let greatest = tokens.max() ?? 0
        guard tokens.allSatisfy({ $0 >= 0 }), greatest <= UInt32.max else {
            throw DataError("tokens are numbers from 0 to \(UInt32.max)")
        }
        width = greatest <= UInt8.max ? .uint8 : greatest <= UInt16.max ? .uint16 : .uint32
        count = tokens.count
        let byteCount = width.rawValue
        storage = .memory(
            [UInt8](unsafeUninitializedCapacity: tokens.count * byteCount) { bytes, initialized in
                for (index, token) in tokens.enumerated() {
                    for byte in 0..<byteCount {
                        bytes[index * byteCount + byte] = UInt8(truncatingIfNeeded: token >> (8 * byte))
                    }
                }
                initialized = tokens.count * byteCount
            })
    }

    /// The characters of a text as the numbers that a vocabulary gives them.
    ///
    /// - Throws: `DataError` for a character that is not in the vocabulary.
    public init(_ text: String, vocabulary: CharacterVocabulary) throws {
        try self.init(vocabulary.encode(text))
    }

    /// Some of the tokens.
    ///
    /// - Throws: `DataError` for positions outside of the sequence.
    public func tokens(_ positions: Range<Int>) throws -> [Int] {
        guard positions.lowerBound >= 0, positions.upperBound <= count else {
            throw DataError("there are no positions \(positions) in a sequence of \(count) tokens")
        }
        return [Int](unsafeUninitializedCapacity: positions.count) { buffer, initialized in
            copy(positions.lowerBound, to: buffer)
            initialized = positions.count
        }
    }

    /// Fills a buffer with the tokens from a position on, all of which must be there.
    func copy<Number: FixedWidthInteger>(_ start: Int, to buffer: UnsafeMutableBufferPointer<Number>) {
        switch storage {
        case .mapped(let memory):
            copy(memory.bytes, start, to: buffer)
            withExtendedLifetime(memory) {}
        case .memory(let bytes): bytes.withUnsafeBytes { copy($0, start, to: buffer) }
        }
    }

    private func copy<Number: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, to buffer: UnsafeMutableBufferPointer<Number>
    ) {
        switch width {
        case .uint8: convert(bytes, UInt8.self, start, buffer)
        case .uint16: convert(bytes, UInt16.self, start, buffer)
        case .uint32: convert(bytes, UInt32.self, start, buffer)
        }
    }

    @inline(__always)
    private func convert<Source: FixedWidthInteger, Number: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, _ type: Source.Type, _ start: Int, _ buffer: UnsafeMutableBufferPointer<Number>
    ) {
        guard let from = bytes.baseAddress?.advanced(by: start * MemoryLayout<Source>.size), let to = buffer.baseAddress
        else { return }
        // Mapped files begin at a page, and arrays at 16 bytes.
        let numbers = from.assumingMemoryBound(to: Source.self)
        for index in 0..<buffer.count {
            to.advanced(by: index).initialize(to: Number(truncatingIfNeeded: Source(littleEndian: numbers[index])))
        }
    }

    /// Tells the system that the tokens are read in no order.
    func expectRandomAccess() {
        if case .mapped(let memory) = storage { memory.expectRandomAccess() }
    }
}

/// The characters of a text, in the order of their numbers in Unicode, as tokens.
public struct CharacterVocabulary: Sendable, Equatable {
    /// The characters (Unicode scalars) by their tokens.
    public let characters: [Unicode.Scalar]
    private let tokens: [Unicode.Scalar: Int]

    /// The number of different characters.
    public var count: Int { characters.count }

    /// The vocabulary of all characters that occur in a text, as Python's `sorted(set(text))` has it.
    public init(of text: String) {
        self.init(Set(text.unicodeScalars).sorted())
    }

    /// A vocabulary of characters in the order of their tokens.
    ///
    /// A character that comes twice has its first token.
    public init(_ characters: [Unicode.Scalar]) {
        self.characters = characters
        tokens = Dictionary(characters.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The tokens of a text.
    ///
    /// - Throws: `DataError` for a character that is not in the vocabulary.
    public func encode(_ text: String) throws -> [Int] {
        try text.unicodeScalars.map { scalar in
            guard let token = tokens[scalar] else {
                throw DataError("the character \(scalar.debugDescription) is not in the vocabulary")
            }
            return token
        }
    }

    /// The text of some tokens.
    ///
    /// - Throws: `DataError` for a number that is no token.
    public func decode(_ tokens: [Int]) throws -> String {
        var text = String.UnicodeScalarView()
        for token in tokens {
            guard characters.indices.contains(token) else {
                throw DataError("there is no token \(token) in a vocabulary of \(count) characters")
            }
            text.append(characters[token])
        }
        return String(text)
    }
}
