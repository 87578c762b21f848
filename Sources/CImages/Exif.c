#include "Exif.h"

#include <stdbool.h>
#include <string.h>

// A number of two or four bytes. The caller has checked that they are there.
static uint32_t number(const uint8_t *bytes, int count, bool bigEndian) {
  uint32_t value = 0;
  for (int i = 0; i < count; i += 1) value |= (uint32_t)bytes[i] << 8 * (bigEndian ? count - 1 - i : i);
  return value;
}

// TIFF 6.0: the byte order, 42, the place of the first directory; there the number of entries, each of 12 bytes: tag,
// type, number of values, and the value if it fits in 4 bytes.
int32_t ci_exif_orientation(const uint8_t *bytes, size_t count) {
  if (count >= 6 && memcmp(bytes, "Exif\0\0", 6) == 0) {
    bytes += 6;
    count -= 6;
  }
  if (count < 8) return 1;
  bool bigEndian = memcmp(bytes, "MM\0*", 4) == 0;
  if (!bigEndian && memcmp(bytes, "II*\0", 4) != 0) return 1;
  size_t start = number(bytes + 4, 4, bigEndian);
  if (start > count - 2) return 1;
  uint32_t entries = number(bytes + start, 2, bigEndian);
  for (uint32_t index = 0; index < entries; index += 1) {
    size_t offset = start + 2 + 12 * (size_t)index;
    if (offset > count || count - offset < 12) return 1;
    const uint8_t *entry = bytes + offset;
    if (number(entry, 2, bigEndian) != 0x0112) continue;
    // TIFF asks for a SHORT (type 3). Some programs write a LONG (type 4), which others read as well.
    uint32_t type = number(entry + 2, 2, bigEndian);
    if (type != 3 && type != 4) return 1;
    uint32_t orientation = number(entry + 8, type == 3 ? 2 : 4, bigEndian);
    return orientation >= 1 && orientation <= 8 ? (int32_t)orientation : 1;
  }
  return 1;
}
