"""CRC-32 as Python's zlib computes it, of the beginnings of one text: the checksums of zip archives."""

import zlib

import fixture

# Around the widths in which a processor may take the bytes, and longer than a reader takes at once.
lengths = [*range(0, 300), 511, 512, 513, 1023, 1024, 1025, 4095, 4096, 65_535, 100_003, 262_144, 600_001]
text = bytes((i * i * 31 + (i >> 3)) & 0xFF for i in range(max(lengths)))
fixture.write("checksums", {"lengths": lengths, "checksums": [zlib.crc32(text[:length]) for length in lengths]})
