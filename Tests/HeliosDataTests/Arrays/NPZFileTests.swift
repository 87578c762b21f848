import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("NPZFile")
struct NPZFileTests {
    @Test("stored and compressed arrays are numpy's, read and mapped", arguments: ["stored.npz", "deflated.npz"])
    func arrays(name: String) throws {
        let file = try NPZFile(DataFiles.url(name))
        let expected = try DataFiles.read().npz
        #expect(Set(file.names).isSuperset(of: expected.map(\.name)))
        for array in expected {
            #expect(try array.equals(file.tensor(array.name)), "\(array.name)")
            #expect(try array.equals(file.mappedTensor(array.name)), "\(array.name), mapped")
        }
        if name == "deflated.npz" { #expect(try file.tensor("long").sum().item(Double.self) == 0) }
    }

    @Test("what is not there or no array is an error")
    func errors() throws {
        let file = try NPZFile(DataFiles.url("stored.npz"))
        #expect(dataError { _ = try file.tensor("z") }?.reason.contains("no array 'z'; it has 'x'") == true)
        #expect(dataError { _ = try NPZFile(DataFiles.url("other.npz")) }?.kind == .unsupported)
        #expect(dataError { _ = try NPZFile(DataFiles.url("one.npy")) } != nil)
        #expect(try NPZFile(DataFiles.url("none.npz")).names.isEmpty)
    }

    @Test("a flipped bit in an array is an error")
    func damage() throws {
        for name in ["stored.npz", "deflated.npz"] {
            let bytes = try [UInt8](Data(contentsOf: DataFiles.url(name)))
            try withTemporaryFolder { folder in
                // Somewhere in the first array.
                for offset in [60, 80, 100] {
                    var damaged = bytes
                    damaged[offset] ^= 0x10
                    let url = try write(damaged, to: name, in: folder)
                    #expect(dataError { _ = try NPZFile.load(url) } != nil, "\(name) \(offset)")
                }
                for count in [0, 10, bytes.count / 2, bytes.count - 1] {
                    #expect(dataError { _ = try NPZFile.load(write(bytes.prefix(count), to: name, in: folder)) } != nil)
                }
            }
        }
    }

    @Test("what is written is read again, and by numpy")
    func writing() async throws {
        let tensors = [
            "a": try Tensor([[1, 2], [3, 4]], dtype: .float32), "b": try Tensor.zeros([4000], dtype: .int64),
            "c": try Tensor(true),
        ]
        try await withTemporaryFolder { folder in
            for isCompressed in [false, true] {
                let url = folder.appending(path: "a.npz")
                try NPZFile.save(tensors, to: url, isCompressed: isCompressed)
                let read = try NPZFile.load(url)
                #expect(read.count == 3)
                for (name, tensor) in tensors { #expect(try read[name]?.equal(tensor) == true) }
                #expect(try NPZFile(url).mappedTensor("a").equal(tensors["a"] ?? Tensor(0)))
                if Python.hasNumPy {
                    let output = try await Python.runAlone("open_npz.py", [url.path])
                    #expect(
                        String(decoding: output, as: UTF8.self)
                            == "a float32 (2, 2) 10.0\nb int64 (4000,) 0\nc bool () 1\n")
                }
            }
            let size =
                try FileManager.default.attributesOfItem(atPath: folder.appending(path: "a.npz").path)[.size] as? Int
            #expect(size.map { $0 < 2000 } == true)
        }
    }
}
