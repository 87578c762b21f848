import Foundation

@testable import HeliosData
import TestSupport
import Testing

@Suite("TarShards")
struct TarShardsTests {
    /// Samples with their fields' names and sizes.
    private func shards(_ names: [String], shuffled: Bool = false) throws -> TarShards<String> {
        try TarShards(names.map { DataFiles.url($0) }, shufflesShards: shuffled) { sample, _ in
            let fields = sample.fields.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.count)" }
            return "\(URL(filePath: sample.shard).lastPathComponent) \(sample.key) \(fields.joined(separator: " "))"
        }
    }

    private func samples<Data: StreamDataset>(_ data: Data, epoch: Int = 0, from position: StateDict? = nil) throws
        -> [Data.Sample]
    {
        let reader = try data.elements(epoch: epoch, seed: 1, from: position)
        var (samples, random) = ([Data.Sample](), SampleRandom(seed: 0, epoch: 0, index: 0))
        while let element = try reader.next() { samples.append(try data.sample(of: element, random: &random)) }
        return samples
    }

    private let names = ["system-gnu.tar", "python-gnu.tar.gz", "python-pax.tar", "system-ustar.tar"]

    @Test(
        "files with one key are a sample, in every format",
        arguments: [
            "system-gnu.tar", "python-gnu.tar.gz", "python-pax.tar", "system-ustar.tar",
        ])
    func grouping(name: String) throws {
        let found = try samples(shards([name])).map { String($0.dropFirst(name.count + 1)) }
        #expect(
            found.prefix(3) == [
                "train/0000 cls=2 jpg=768", "train/0001 cls=1 jpg=0", "train/0002 json=25 seg.png=512 txt=6",
            ])
        #expect(found.count == 5 && found[4] == "train/ä cls=1 jpg=1")
    }

    @Test("a reader that starts at any position gives what was left, the same element state too")
    func positions() throws {
        let data = try shards(names, shuffled: true)
        let all = try samples(data, epoch: 2)
        #expect(all.count == 20)
        var random = SampleRandom(seed: 0, epoch: 0, index: 0)
        for count in 0...all.count {
            let reader = try data.elements(epoch: 2, seed: 1, from: nil)
            for index in 0..<count {
                let element = try #require(try reader.next())
                let copy = try TarReference(element.stateDict())
                #expect(try data.sample(of: copy, random: &random) == all[index])
            }
            #expect(try samples(data, epoch: 2, from: reader.position()) == Array(all[count...]), "\(count)")
        }
    }

    @Test("the order of the shards is drawn anew for each epoch, and each is read once")
    func order() throws {
        let data = try shards(names, shuffled: true)
        let orders = try (0..<8).map { epoch in
            try samples(data, epoch: epoch).map { String($0.prefix { $0 != " " }) }
        }
        #expect(Set(orders).count > 1)
        for order in orders {
            #expect(order.sorted() == names.sorted().flatMap { [String](repeating: $0, count: 5) })
        }
        #expect(try samples(data, epoch: 3) == samples(data, epoch: 3))
        #expect(try samples(shards(names)).first?.hasPrefix("system-gnu.tar") == true)
    }

    @Test("positions that do not fit are errors")
    func wrongPositions() throws {
        let data = try shards(names)
        let reader = try data.elements(epoch: 0, seed: 1, from: nil)
        _ = try reader.next()
        let position = try reader.position()
        #expect(throws: DataError.self) { try shards([names[0]]).elements(epoch: 0, seed: 1, from: position) }
        #expect(throws: DataError.self) { try shards(names.reversed()).elements(epoch: 0, seed: 1, from: position) }
        #expect(throws: (any Error).self) { try data.elements(epoch: 0, seed: 1, from: [:]) }
        var wrong = position
        wrong["offset"] = .int(512 * 1000)
        #expect(throws: DataFileError.self) { try data.elements(epoch: 0, seed: 1, from: wrong) }
        wrong["offset"] = .int(-512)
        #expect(throws: DataError.self) { try data.elements(epoch: 0, seed: 1, from: wrong) }
    }

    @Test("fields are texts, numbers and objects, and what is missing is named")
    func fields() throws {
        let sample = TarSample(
            key: "a/1", shard: "s.tar",
            fields: ["cls": Array(" 7\n".utf8), "json": Array("{\"x\": [1]}".utf8), "txt": [0xFF], "jpeg": [1]])
        #expect(try sample.integer("cls") == 7 && sample.text("cls") == "7")
        #expect(try sample.json()["x"]?.numbers == [1])
        #expect(try sample.bytes("jpg", "jpeg") == [1])
        #expect(
            dataError { _ = try sample.bytes("png", "jpg") }?.description
                == "s.tar: the sample 'a/1' has no file 'png' or 'jpg'; it has 'cls', 'jpeg', 'json', 'txt'")
        #expect(dataError { _ = try sample.text("txt") } != nil)
        #expect(dataError { _ = try sample.integer("json") }?.reason.contains("no integer") == true)
        #expect(dataError { _ = try sample.json("cls") }?.reason.contains("not a JSON object") == true)
        #expect(dataError { _ = try sample.json("jpeg") }?.reason.contains("at byte 0") == true)
    }

    @Test("missing shards, and two files of one name in a sample, are errors")
    func errors() throws {
        #expect(throws: DataError.self) { try shards([]) }
        #expect(dataError { _ = try shards(["no.tar"]) }?.reason.contains("a shard") == true)
        try withTemporaryFolder { folder in
            // The first file of an archive twice: its header, its contents and the end.
            let bytes = try [UInt8](Data(contentsOf: DataFiles.url("python-ustar.tar")))
            let entry = Array(bytes[512..<512 + 512 + 1024])
            let url = try write(entry + entry + [UInt8](repeating: 0, count: 1024), to: "a.tar", in: folder)
            let data = try TarShards([url]) { sample, _ in sample.key }
            let error = dataError { _ = try samples(data) }
            #expect(error?.reason.contains("two files 'jpg'") == true && error?.place == .byte(1536))
        }
    }
}
