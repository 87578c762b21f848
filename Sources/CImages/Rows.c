#include "Rows.h"

#include "Report.h"
#include <stdlib.h>
#include <string.h>

// The weights of red, green and blue in gray: ITU-R BT.601's 0.299, 0.587 and 0.114 in 1/65536, rounded so that they
// add up to it. Pillow computes with the same.
static inline uint32_t gray(uint32_t red, uint32_t green, uint32_t blue) {
  return (red * 19595u + green * 38470u + blue * 7471u + 0x8000u) >> 16;
}

// The same for samples of any type.
#define DEFINE_CONVERT(NAME, SAMPLE, OPAQUE)                                                                     \
  static void NAME(const uint8_t *bytes, int32_t from, uint8_t *result, int32_t to, int32_t width) {             \
    const SAMPLE *source = (const SAMPLE *)bytes;                                                                \
    SAMPLE *target = (SAMPLE *)result;                                                                           \
    for (int32_t x = 0; x < width; x += 1, source += from, target += to) {                                       \
      if (to < 3) {                                                                                              \
        target[0] = from < 3 ? source[0] : (SAMPLE)gray(source[0], source[1], source[2]);                        \
      } else {                                                                                                   \
        target[0] = source[0];                                                                                   \
        target[1] = from < 3 ? source[0] : source[1];                                                            \
        target[2] = from < 3 ? source[0] : source[2];                                                            \
      }                                                                                                          \
      if (to % 2 == 0) target[to - 1] = from % 2 == 0 ? source[from - 1] : OPAQUE;                               \
    }                                                                                                            \
  }

DEFINE_CONVERT(convert8, uint8_t, UINT8_MAX)
DEFINE_CONVERT(convert16, uint16_t, UINT16_MAX)

bool ci_rows_begin(
    CIRows *rows, const CIRequest *request, int32_t channels, uint8_t *pixels, size_t byteCount, CIReport *report) {
  memset(rows, 0, sizeof(*rows));
  if (request->width < 1 || request->height < 1 || request->channels < 1 || request->channels > 4 ||
      request->sampleBytes < 1 || request->sampleBytes > 2 || request->orientation < 1 || request->orientation > 8) {
    return ci_fail(report, CIFailureArgument, "the request is not valid");
  }
  rows->request = request;
  rows->pixels = pixels;
  rows->channels = channels;
  rows->pixelBytes = (size_t)request->channels * (size_t)request->sampleBytes;
  rows->rowBytes = rows->pixelBytes * (size_t)request->width;
  if (rows->rowBytes > SIZE_MAX / (size_t)request->height || byteCount != rows->rowBytes * (size_t)request->height) {
    return ci_fail(report, CIFailureArgument, "the memory for the pixels has another size than they");
  }
  if (request->orientation != 1) {
    rows->scratch = malloc(rows->rowBytes * CIRowsAtOnce);
    if (rows->scratch == NULL) return ci_fail(report, CIFailureMemory, "there is too little memory");
  }
  return true;
}

uint8_t *ci_rows_place(const CIRows *rows, int32_t row) {
  if (rows->channels != rows->request->channels || rows->request->orientation != 1) return NULL;
  return rows->pixels + rows->rowBytes * (size_t)row;
}

static void convert(const CIRows *rows, const uint8_t *source, uint8_t *target) {
  const CIRequest *request = rows->request;
  if (rows->channels == request->channels) {
    memcpy(target, source, rows->rowBytes);
  } else if (request->sampleBytes == 1) {
    convert8(source, rows->channels, target, request->channels, request->width);
  } else {
    convert16(source, rows->channels, target, request->channels, request->width);
  }
}

// Copies the pixels of some rows to where the orientation has them. `step` and `rowStep` are the distances in the
// result between neighbors in a row and in a column of the stored picture.
static void scatter(
    const uint8_t *source, size_t sourceRowBytes, int32_t width, int32_t count, size_t pixelBytes, uint8_t *target,
    ptrdiff_t step, ptrdiff_t rowStep) {
  for (int32_t x = 0; x < width; x += 1) {
    const uint8_t *from = source + (size_t)x * pixelBytes;
    uint8_t *to = target + (ptrdiff_t)x * step;
    for (int32_t y = 0; y < count; y += 1, from += sourceRowBytes, to += rowStep) {
      // A copy of a length that the compiler knows is a move or two.
      switch (pixelBytes) {
        case 1: *to = *from; break;
        case 2: memcpy(to, from, 2); break;
        case 3: memcpy(to, from, 3); break;
        case 4: memcpy(to, from, 4); break;
        case 6: memcpy(to, from, 6); break;
        default: memcpy(to, from, 8); break;
      }
    }
  }
}

void ci_rows_put(CIRows *rows, int32_t row, int32_t count, const uint8_t *const *source) {
  const CIRequest *request = rows->request;
  if (request->orientation == 1) {
    for (int32_t y = 0; y < count; y += 1) {
      convert(rows, source[y], rows->pixels + rows->rowBytes * (size_t)(row + y));
    }
    return;
  }
  for (int32_t y = 0; y < count; y += 1) convert(rows, source[y], rows->scratch + rows->rowBytes * (size_t)y);
  ptrdiff_t pixel = (ptrdiff_t)rows->pixelBytes;
  ptrdiff_t width = request->width, height = request->height;
  // The place of the stored pixel (0, 0), and the steps from there to the next in its row and in its column. EXIF 2.32
  // says for each number which sides of the picture the stored row 0 and column 0 are: 1 top, left; 2 top, right;
  // 3 bottom, right; 4 bottom, left; 5 left, top; 6 right, top; 7 right, bottom; 8 left, bottom.
  ptrdiff_t start, step, rowStep;
  switch (request->orientation) {
    case 2: start = width - 1, step = -1, rowStep = width; break;
    case 3: start = width * height - 1, step = -1, rowStep = -width; break;
    case 4: start = (height - 1) * width, step = 1, rowStep = -width; break;
    case 5: start = 0, step = height, rowStep = 1; break;
    case 6: start = height - 1, step = height, rowStep = -1; break;
    case 7: start = width * height - 1, step = -height, rowStep = -1; break;
    default: start = (width - 1) * height, step = -height, rowStep = 1; break;
  }
  uint8_t *target = rows->pixels + (start + rowStep * row) * pixel;
  scatter(
      rows->scratch, rows->rowBytes, request->width, count, rows->pixelBytes, target, step * pixel, rowStep * pixel);
}

void ci_rows_end(CIRows *rows) {
  free(rows->scratch);
  rows->scratch = NULL;
}
