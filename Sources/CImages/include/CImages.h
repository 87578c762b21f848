// Reading and writing pictures with libjpeg-turbo, libpng and libwebp. No function ends the process or jumps out of C,
// and none prints: warnings and errors of the libraries are in a report.
//
// All functions may be called on several threads at a time.
#ifndef CIMAGES_H
#define CIMAGES_H

#include "CImagesResize.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Why a picture cannot be read or written.
typedef enum CIFailure : int32_t {
  CIFailureNone = 0,
  /// The bytes contradict the format.
  CIFailureDamaged = 1,
  /// The bytes end too early.
  CIFailureTruncated = 2,
  /// The format allows it, but this code or the library does not support it.
  CIFailureUnsupported = 3,
  CIFailureMemory = 4,
  /// A caller's argument is out of its range.
  CIFailureArgument = 5,
} CIFailure;

/// What a library said while it worked.
typedef struct CIReport {
  CIFailure failure;
  /// What is wrong, for a failure.
  char message[256];
  /// The number of warnings, and the first of them.
  int32_t warningCount;
  char warning[256];
} CIReport;

/// What the header of a picture says.
typedef struct CIHeader {
  /// The size in pixels as it is stored, before the orientation is applied.
  int32_t width, height;
  /// The channels of its pixels: 1 for gray, 2 for gray with opacity, 3 for RGB, 4 for RGB with opacity.
  int32_t channels;
  /// 1 or 2.
  int32_t sampleBytes;
  /// EXIF's number from 1 to 8 for how the stored picture is to be turned; 1 if the file has none.
  int32_t orientation;
  /// No file with fewer bytes has all pixels.
  int64_t leastByteCount;
} CIHeader;

/// Which pixels are wanted, and how.
typedef struct CIRequest {
  /// The region of the stored picture, which is reduced by `scale` before.
  int32_t left, top, width, height;
  /// 1, 2, 4 or 8: how many times smaller the picture is decoded. More than 1 is for JPEG only.
  int32_t scale;
  /// From 1 to 4, as in a header.
  int32_t channels;
  /// 1, or 2 for a picture whose header says 2.
  int32_t sampleBytes;
  /// From 1 to 8, as in a header: how the region is turned.
  int32_t orientation;
  /// Whether a picture with damaged or missing parts is decoded as far as possible.
  bool acceptsDamage;
} CIRequest;

/// Reads a header. False, with a failure in the report, if it cannot be read.
/// A report is all zeros before it is used.
bool ci_jpeg_read_header(const uint8_t *bytes, size_t count, CIHeader *header, CIReport *report);
bool ci_png_read_header(const uint8_t *bytes, size_t count, CIHeader *header, CIReport *report);
bool ci_webp_read_header(const uint8_t *bytes, size_t count, CIHeader *header, CIReport *report);

/// Decodes a region into `pixels`, row by row, the channels of a pixel side by side; `byteCount` is what the request
/// takes, `width * height * channels * sampleBytes`. The region must be inside the picture.
bool ci_jpeg_decode(
    const uint8_t *bytes, size_t count, const CIRequest *request, uint8_t *pixels, size_t byteCount, CIReport *report);
bool ci_png_decode(
    const uint8_t *bytes, size_t count, const CIRequest *request, uint8_t *pixels, size_t byteCount, CIReport *report);
bool ci_webp_decode(
    const uint8_t *bytes, size_t count, const CIRequest *request, uint8_t *pixels, size_t byteCount, CIReport *report);

/// A file in memory, which `ci_encoded_free` frees.
typedef struct CIEncoded {
  uint8_t *bytes;
  size_t count;
} CIEncoded;

void ci_encoded_free(CIEncoded *encoded);

/// Encodes pixels with 1 channel (gray) or 3 (RGB).
///
/// `rowBytes` is the distance between rows. `horizontal` and `vertical` (1 or 2) say how many pixels share a color.
bool ci_jpeg_encode(
    const uint8_t *pixels, size_t rowBytes, int32_t width, int32_t height, int32_t channels, int32_t quality,
    int32_t horizontal, int32_t vertical, bool progressive, CIEncoded *encoded, CIReport *report);

/// Encodes pixels with 1 to 4 channels of `sampleBytes`; `level` is zlib's, from 0 to 9.
bool ci_png_encode(
    const uint8_t *pixels, size_t rowBytes, int32_t width, int32_t height, int32_t channels, int32_t sampleBytes,
    int32_t level, CIEncoded *encoded, CIReport *report);

#endif
