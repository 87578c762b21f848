import Foundation
import HeliosData
import TestSupport
import Testing

@Suite("NPYFile")
struct NPYFileTests {
    @Test("arrays of every type, order and version are numpy's, read and mapped")
    func arrays() throws {
        for array in try DataFiles.read().npy {
            #expect(try array.equals(NPYFile.load(DataFiles.url(array.name))), "\(array.name)")
            #expect(try array.equals(NPYFile.map(DataFiles.url(array.name))), "\(array.name), mapped")
        }
    }

    @Test("what is no array of numbers is an error that names the file")
    func refused() throws {
        for name in try DataFiles.read().refused {
            let error = dataError { _ = try NPYFile.load(DataFiles.url(name)) }
            #expect(error?.kind == .unsupported, "\(name)")
            #expect(error?.path.hasSuffix(name) == true)
        }
        #expect(dataError { _ = try NPYFile.load(DataFiles.url("no.npy")) }?.reason.contains("does not exist") == true)
        #expect(dataError { _ = try NPYFile.load(DataFiles.url("f4.idx")) }?.kind == .invalid)
    }

    @Test("a file that is cut anywhere, or has more bytes, is an error")
    func damage() throws {
        let bytes = try [UInt8](Data(contentsOf: DataFiles.url("f4-little.npy")))
        try withTemporaryFolder { folder in
            for count in [0, 3, 6, 8, 9, 10, 60, 128, bytes.count - 1] {
                let url = try write(bytes.prefix(count), to: "a.npy", in: folder)
                #expect(dataError { _ = try NPYFile.load(url) } != nil, "\(count)")
                #expect(dataError { _ = try NPYFile.map(url) } != nil, "\(count)")
            }
            #expect(dataError { _ = try NPYFile.load(write(bytes + [0], to: "a.npy", in: folder)) } != nil)
        }
    }

    @Test(
        "headers that lie are errors",
        arguments: [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (2,)}",
            "{'descr': '<f4', 'fortran_order': False}", "{'descr': '<f4', 'fortran_order': 0, 'shape': ()}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': ()} x",
            "{'descr': '<f3', 'fortran_order': False, 'shape': ()}",
            "", "{", "{'descr", "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}",
        ])
    func headers(text: String) throws {
        try withTemporaryFolder { folder in
            let bytes =
                [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(text.utf8.count), 0] + Array(text.utf8) + [0, 0, 0, 0]
            let url = try write(bytes, to: "a.npy", in: folder)
            #expect(dataError { _ = try NPYFile.load(url) } != nil)
        }
    }

    @Test("a truth value other than 0 and 1 is an error")
    func booleans() throws {
        var bytes = try [UInt8](Data(contentsOf: DataFiles.url("b1-little.npy")))
        bytes[bytes.count - 1] = 2
        try withTemporaryFolder { folder in
            let url = try write(bytes, to: "a.npy", in: folder)
            #expect(dataError { _ = try NPYFile.load(url) }?.reason.contains("truth value 5") == true)
            #expect(dataError { _ = try NPYFile.map(url) } != nil)
        }
    }

    @Test("what is written has numpy's bytes")
    func writing() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a.npy")
            for name in ["f4-little", "c16-little", "b1-little", "u8-little", "f2-little", "scalar", "empty", "one"] {
                try NPYFile.save(NPYFile.load(DataFiles.url("\(name).npy")), to: url)
                #expect(try Data(contentsOf: url) == Data(contentsOf: DataFiles.url("\(name).npy")), "\(name)")
            }
            // A tensor whose elements lie in another order than their indices.
            let turned = try Tensor([[1, 2, 3], [4, 5, 6]], dtype: .float32).transpose(0, 1)
            try NPYFile.save(turned, to: url)
            #expect(try NPYFile.load(url).array(Float.self) == [1, 4, 2, 5, 3, 6])
            #expect(dataError { try NPYFile.save(turned.to(.bfloat16), to: url) }?.reason.contains("bfloat16") == true)
        }
    }
}
