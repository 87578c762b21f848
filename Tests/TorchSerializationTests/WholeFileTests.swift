import Foundation
import TestSupport
import Testing

@testable import TorchSerialization

@Suite("WholeFile")
struct WholeFileTests {
    @Test("bytes replace a file, and an error leaves it as it was")
    func replaces() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "file")
            for bytes in [[1, 2, 3], [], [4]] as [[UInt8]] {
                try bytes.withUnsafeBytes { try WholeFile.replace(url.path, with: $0) }
                #expect(try Array(Data(contentsOf: url)) == bytes)
            }
            #expect(throws: FileAccessError.self) {
                try [UInt8(1)].withUnsafeBytes { try WholeFile.replace(folder.path, with: $0) }
            }
            #expect(folder.filesBelow == ["file"])
        }
    }
}
