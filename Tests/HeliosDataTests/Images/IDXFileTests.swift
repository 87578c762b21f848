import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("IDXFile")
struct IDXFileTests {
    @Test("arrays of every type are numpy's")
    func types() throws {
        for array in try DataFiles.read().idx {
            #expect(try array.equals(IDXFile.load(DataFiles.url(array.name))), "\(array.name)")
        }
    }

    @Test("a cut file, a packed one too, is an error")
    func cut() throws {
        for name in ["i4.idx", "mnist/train-labels-idx1-ubyte.gz"] {
            let bytes = try [UInt8](Data(contentsOf: DataFiles.url(name)))
            try withTemporaryFolder { folder in
                for count in 0..<bytes.count {
                    let url = try write(bytes.prefix(count), to: "a", in: folder)
                    #expect(dataError { _ = try IDXFile.load(url) } != nil, "\(name) \(count)")
                }
            }
        }
    }
}
