import Foundation
import HeliosData
import Torch

/// What the readers of data files make of untrusted bytes.
enum DataTarget {
    /// An array of NumPy, read and mapped, or an archive of them.
    static func array(_ bytes: [UInt8], _ folder: ScratchFolder) throws {
        let url = try folder.write(bytes)
        if bytes.starts(with: "PK".utf8) {
            let file = try NPZFile(url)
            for name in file.names {
                let read = Result { try file.tensor(name) }
                guard let mapped = try? file.mappedTensor(name) else { continue }
                try requireSame(read, mapped)
            }
        } else {
            try requireSame(.success(NPYFile.load(url)), NPYFile.map(url))
        }
    }

    /// Ends the process if reading and mapping do not agree. A mapped array is not checked against its checksum.
    private static func requireSame(_ read: Result<Tensor, any Error>, _ mapped: Tensor) throws {
        guard case .success(let tensor) = read else { return }
        precondition(tensor.shape == mapped.shape && tensor.dtype == mapped.dtype, "two reads do not agree")
        let (elements, others) = try (tensor.array(Double.self), mapped.array(Double.self))
        precondition(elements.map(\.bitPattern) == others.map(\.bitPattern), "two reads have different elements")
    }

    /// An array in the format of MNIST, plain or packed.
    static func idx(_ bytes: [UInt8], _ folder: ScratchFolder) throws {
        _ = try IDXFile.load(folder.write(bytes)).clone()
    }

    /// Images with labels, as CIFAR-10 and as CIFAR-100. What follows the last whole record of CIFAR-100 is read as the
    /// names of its classes.
    static func cifar(_ bytes: [UInt8], _ folder: ScratchFolder) throws {
        let place = try folder.write(bytes, to: "test_batch.bin").deletingLastPathComponent()
        let ten = try? CIFAR10(folder: place, part: .test)
        if let ten { try requireRecords(bytes, ten.images, [ten.labels]) }
        let records = bytes.prefix(bytes.count - bytes.count % (2 + 3 * 32 * 32))
        _ = try folder.write(Array(records), to: "test.bin")
        _ = try folder.write(Array(bytes[records.endIndex...]), to: "fine_label_names.txt")
        let hundred = Result { try CIFAR100(folder: place, part: .test) }
        if let hundred = try? hundred.get() {
            try requireRecords(Array(records), hundred.images, [hundred.coarseLabels, hundred.labels])
        }
        if ten == nil { _ = try hundred.get() }
    }

    /// Ends the process unless labels and images are those of the records.
    private static func requireRecords(_ bytes: [UInt8], _ images: Tensor, _ labels: [Tensor]) throws {
        let columns = try labels.map { try $0.to(.uint8).reshape([-1, 1]) } + [images.reshape([images.shape[0], -1])]
        let isSame = try Tensor.cat(columns, dim: 1).reshape([-1]).equal(Tensor(bytes))
        precondition(isSame, "the records are not those of the file")
    }

    /// A table of numbers and a list of files.
    static func table(_ bytes: [UInt8], _ folder: ScratchFolder) throws {
        let url = try folder.write(bytes, to: "table.csv")
        let format = CSVFormat(emptyCell: 0)
        let table = try? NumericTable(csv: url, format: format, dtype: .float64)
        if let table { precondition(table.values.shape.last == table.columns.count, "columns are lost") }
        _ = try? NumericTable(
            csv: url, columns: [0, -1], format: CSVFormat(delimiter: ";", hasHeader: false), dtype: .int64)
        let manifest = try Manifest(file: url)
        precondition(
            manifest.entries.allSatisfy { $0.labels.count == 1 && !$0.path.isEmpty }, "an entry lacks its parts")
    }

    /// A text with a JSON object in each line.
    static func jsonLines(_ bytes: [UInt8], _ folder: ScratchFolder) throws {
        let url = try folder.write(bytes, to: "lines.jsonl")
        let file = try JSONLinesFile(url)
        for index in 0..<min(file.count, 1000) { _ = try? file.record(at: index) }
        _ = try Manifest(file: url)
    }

    /// A tokenizer, and the tokens that it makes of a text.
    static func tokenizer(_ bytes: [UInt8], _ folder: ScratchFolder) throws {
        let tokenizer = try Tokenizer(folder.write(bytes))
        let text = "It's 123 caf\u{e9}s,\r\n\n na\u{308}ive \u{4e2d}\u{6587} [CLS] <mask> aaaa\u{1f600}  "
        let ids = try tokenizer.ids(text)
        _ = try tokenizer.decode(ids)
        // A length that is filled may be any, and a text that is cut may be too short.
        if tokenizer.padding?.length ?? 0 < 1 << 16, tokenizer.padding?.multiple ?? 0 < 1 << 16 {
            _ = try tokenizer.encode(text, pair: "a b")
        }
    }

    /// An archive of samples, as it is and with the right checksums, which end most damage otherwise.
    static func shard(_ bytes: [UInt8], _ folder: ScratchFolder) throws {
        try? readShard(bytes, folder)
        var bytes = bytes
        for start in stride(from: 0, to: bytes.count - 511, by: 512)
        where bytes[(start + 257)..<(start + 262)].elementsEqual("ustar".utf8) {
            let place = (start + 148)..<(start + 156)
            bytes.replaceSubrange(place, with: repeatElement(0x20, count: 8))
            let digits = String(bytes[start..<start + 512].reduce(0) { $0 + Int($1) }, radix: 8)
            bytes.replaceSubrange(place.prefix(digits.utf8.count), with: digits.utf8)
        }
        try readShard(bytes, folder)
    }

    /// Reads an archive, from every position too.
    private static func readShard(_ bytes: [UInt8], _ folder: ScratchFolder) throws {
        let shards = try TarShards([folder.write(bytes, to: "shard.tar")]) { sample, _ in sample.fields.count }
        let reader = try shards.elements(epoch: 0, seed: 0, from: nil)
        var random = SampleRandom(seed: 0, epoch: 0, index: 0)
        for _ in 0..<64 {
            let again = try shards.elements(epoch: 0, seed: 0, from: reader.position())
            guard let element = try reader.next() else { return }
            let other = try again.next()
            precondition(other?.key.utf8.elementsEqual(element.key.utf8) == true, "two reads do not agree")
            _ = try shards.sample(of: TarReference(element.stateDict()), random: &random)
        }
    }
}
