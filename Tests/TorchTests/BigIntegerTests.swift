import Testing
import Torch

struct BigIntegerTests {
    @Test("every number that fits comes back, and one that does not is nil")
    func exactly() {
        for number in [0, 1, -1, 127, 128, -128, -129, 255, 256, .max, .min] {
            #expect(Int(exactly: BigInteger(number)) == number)
        }
        #expect(UInt64(exactly: BigInteger(UInt64.max)) == .max)
        #expect(Int(exactly: BigInteger(UInt64.max)) == nil)
        #expect(UInt64(exactly: BigInteger(-1)) == nil)
        #expect(UInt8(exactly: BigInteger(255)) == 255)
        #expect(UInt8(exactly: BigInteger(256)) == nil)
        #expect(Int8(exactly: BigInteger(-128)) == -128)
        #expect(Int8(exactly: BigInteger(-129)) == nil)
        #expect(UInt128(exactly: BigInteger(UInt128.max)) == .max)
        #expect(Int128(exactly: BigInteger(Int128.min)) == .min)
        #expect(Int(exactly: BigInteger(bytes: [UInt8](repeating: 1, count: 1000))) == nil)
    }

    @Test("bytes that only repeat the sign make no difference")
    func bytes() {
        #expect(BigInteger(bytes: [0, 0]) == BigInteger(0))
        #expect(BigInteger(bytes: [0xFF, 0xFF, 0xFF]) == BigInteger(-1))
        #expect(BigInteger(bytes: [0xFF, 0]) == BigInteger(255))
        #expect(BigInteger(bytes: [0x80, 0xFF]) == BigInteger(-128))
        #expect(BigInteger(bytes: [0x7F, 0xFF]).bytes == [0x7F, 0xFF])
        #expect(BigInteger(0).bytes == [])
        #expect(BigInteger(UInt64.max).bytes.count == 9)
    }

    /// As Python's `hex` writes them.
    @Test("it is described in hexadecimal")
    func description() {
        let descriptions: [(Int128, String)] = [
            (0, "0x0"), (1, "0x1"), (-1, "-0x1"), (255, "0xff"), (256, "0x100"), (-256, "-0x100"), (-255, "-0xff"),
            (1 << 64, "0x10000000000000000"), (-(1 << 64), "-0x10000000000000000"),
            (.min, "-0x80000000000000000000000000000000"),
        ]
        for (number, description) in descriptions {
            #expect(BigInteger(number).description == description)
        }
        #expect(BigInteger(-5).isNegative)
        #expect(!BigInteger(200).isNegative)
    }
}
