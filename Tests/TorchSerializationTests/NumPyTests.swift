import TestSupport
import Testing
import Torch

@testable import TorchSerialization

/// Files of Tests/Fixtures/helios_checkpoints.py.
@Suite("Arrays and numbers of NumPy in a file")
struct NumPyTests {
    @Test(
        "arrays are tensors and numbers are numbers, of every protocol", arguments: ["numpy-2", "numpy-4", "numpy-5"])
    func contents(name: String) throws {
        let expected: [String: String] = try fixture("helios-checkpoints")
        #expect(try StateText.of(TorchFile.load(fixtureFile(name))) == expected[name])
    }

    @Test("an array of anything but numbers is an error that names the type")
    func otherTypes() {
        let reason = reason { _ = try TorchFile.load(fixtureFile("numpy-text")) }
        #expect(reason == "it holds a NumPy array of type 'U1', which is not read")
    }

    @Test("an array that does not fit its bytes is an error")
    func misfits() throws {
        var writer = PickleWriter()
        try writer.write(.arrayFromBuffer)
        writer.write(.mark)
        try writer.write([UInt8](repeating: 0, count: 15))
        try writer.call(.numPyType, count: 1) { try $0.write("f8") }
        writer.write(tuple: [2])
        try writer.write("C")
        writer.write(.tuple)
        writer.write(.reduce)
        writer.write(.stop)
        #expect(reason { _ = try PickleReader.read(writer.bytes) }.contains("does not fit its 15 bytes"))
    }

    @Test("arrays that share their bytes by the thousand are an error, not memory")
    func sharedBytes() throws {
        var writer = PickleWriter()
        try writer.write([UInt8](repeating: 0, count: 1000))
        writer.write(PickleOpcode.binaryPut)
        var bytes = writer.bytes + [250]
        let head = Array("(cnumpy._core.numeric\n_frombuffer\nq\u{0}cnumpy\ndtype\nX".utf8)
        bytes += head + [2, 0, 0, 0] + Array("u1".utf8) + [0x85] + Array("Rq".utf8) + [2] + Array("1".utf8)
        for _ in 0..<1000 {
            // _frombuffer(bytes, dtype, (1000,), "C")
            bytes += [0x68, 0, 0x28, 0x68, 250, 0x68, 2, 0x4D, 0xE8, 3, 0x85, 0x58, 1, 0, 0, 0, 0x43, 0x74, 0x52, 0x30]
        }
        #expect(reason { _ = try PickleReader.read(bytes + Array(".".utf8)) }.contains("too large"))
    }
}
