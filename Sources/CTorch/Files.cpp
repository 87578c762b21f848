// What writing files needs beside Foundation: checksums, and an early start of the disk.

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#if defined(__linux__)
#include <fcntl.h>
#endif

#include <cstddef>
#include <cstdint>

#include "CTorchCore.h"

// MARK: Checksums

namespace {

/// Tables for eight bytes at a time: entry [k][b] is the checksum of the byte b followed by k zero bytes.
struct ChecksumTables {
  uint32_t table[8][256];

  ChecksumTables() {
    for (uint32_t byte = 0; byte < 256; ++byte) {
      uint32_t remainder = byte;
      for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? 0xEDB88320u : 0u);
      table[0][byte] = remainder;
    }
    for (int zeros = 1; zeros < 8; ++zeros) {
      for (int byte = 0; byte < 256; ++byte) {
        const uint32_t before = table[zeros - 1][byte];
        table[zeros][byte] = (before >> 8) ^ table[0][before & 0xFF];
      }
    }
  }
};

/// `checksum` is without the negation that CRC-32 begins and ends with.
uint32_t addByTables(uint32_t checksum, const uint8_t *next, size_t byteCount) {
  static const ChecksumTables tables;
  const auto &table = tables.table;
  for (; byteCount >= 8; byteCount -= 8, next += 8) {
    const uint32_t first = checksum ^ (next[0] | next[1] << 8 | next[2] << 16 | static_cast<uint32_t>(next[3]) << 24);
    checksum = table[7][first & 0xFF] ^ table[6][first >> 8 & 0xFF] ^ table[5][first >> 16 & 0xFF] ^
               table[4][first >> 24] ^ table[3][next[4]] ^ table[2][next[5]] ^ table[1][next[6]] ^ table[0][next[7]];
  }
  for (; byteCount > 0; --byteCount, ++next) checksum = (checksum >> 8) ^ table[0][(checksum ^ *next) & 0xFF];
  return checksum;
}

#if defined(__x86_64__)

#define CT_FOLDING __attribute__((target("pclmul,sse2")))

/// Moves a remainder of 128 bits over as many zeros as the two constants stand for, and adds the bits that follow.
CT_FOLDING inline __m128i fold(__m128i remainder, __m128i constants, const uint8_t *next) {
  const __m128i low = _mm_clmulepi64_si128(remainder, constants, 0x00);
  const __m128i high = _mm_clmulepi64_si128(remainder, constants, 0x11);
  const __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i *>(next));
  return _mm_xor_si128(_mm_xor_si128(low, high), bits);
}

/// Multiplies without carries, four lanes of 16 bytes at a time, after V. Gopal and others, "Fast CRC Computation for
/// Generic Polynomials Using PCLMULQDQ Instruction" (Intel, 2009). The constants are x^(n+32) and x^(n-32) modulo the
/// polynomial, bits reflected, for the n bits that one step moves over.
CT_FOLDING uint32_t addByFolding(uint32_t checksum, const uint8_t *next, size_t byteCount) {
  if (byteCount < 128) return addByTables(checksum, next, byteCount);
  const __m128i overFourLanes = _mm_set_epi64x(0x1C6E41596, 0x154442BD4);
  const __m128i overOneLane = _mm_set_epi64x(0x0CCAA009E, 0x1751997D0);
  __m128i lanes[4];
  for (int lane = 0; lane < 4; ++lane) {
    lanes[lane] = _mm_loadu_si128(reinterpret_cast<const __m128i *>(next + 16 * lane));
  }
  lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128(static_cast<int>(checksum)));
  for (next += 64, byteCount -= 64; byteCount >= 64; next += 64, byteCount -= 64) {
    for (int lane = 0; lane < 4; ++lane) lanes[lane] = fold(lanes[lane], overFourLanes, next + 16 * lane);
  }
  uint8_t bytes[16];
  for (int lane = 1; lane < 4; ++lane) {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(bytes), lanes[lane]);
    lanes[lane] = fold(lanes[lane - 1], overOneLane, bytes);
  }
  // What is left has the remainder of all that came before, as if it were the whole text.
  _mm_storeu_si128(reinterpret_cast<__m128i *>(bytes), lanes[3]);
  return addByTables(addByTables(0, bytes, sizeof(bytes)), next, byteCount);
}

#endif

}  // namespace

uint32_t ct_crc32(uint32_t checksum, const void *bytes, int64_t byteCount) {
  const auto *next = static_cast<const uint8_t *>(bytes);
  const auto count = static_cast<size_t>(byteCount > 0 ? byteCount : 0);
#if defined(__x86_64__)
  static const bool canFold = __builtin_cpu_supports("pclmul") != 0;
  if (canFold) return ~addByFolding(~checksum, next, count);
#endif
  return ~addByTables(~checksum, next, count);
}

// MARK: Writing

// Here since Swift does not see what the C library shows to GNU programs only.
void ct_start_writing(int32_t descriptor, int64_t offset, int64_t byteCount) {
#if defined(__linux__)
  sync_file_range(descriptor, offset, byteCount, SYNC_FILE_RANGE_WRITE);
#endif
}
