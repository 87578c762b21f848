#include "RequireLibraries.h"

#include "Exif.h"
#include "Report.h"
#include "Rows.h"
#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>

static bool failWith(VP8StatusCode status, CIReport *report) {
  switch (status) {
    case VP8_STATUS_OUT_OF_MEMORY: return ci_fail(report, CIFailureMemory, "there is too little memory");
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED: return ci_fail(report, CIFailureTruncated, "it ends before its last pixel");
    case VP8_STATUS_UNSUPPORTED_FEATURE:
      return ci_fail(report, CIFailureUnsupported, "it has a feature of WebP that libwebp does not read");
    case VP8_STATUS_BITSTREAM_ERROR: return ci_fail(report, CIFailureDamaged, "its compressed pixels are damaged");
    default: return ci_fail(report, CIFailureDamaged, "libwebp cannot read it");
  }
}

static uint32_t littleEndian(const uint8_t *bytes) {
  return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

// The orientation in the chunk EXIF, which comes after the pixels. A chunk is its name, the number of bytes, and the
// bytes, one more if they are odd; the first comes after the 12 bytes of the container's own header.
static int32_t orientationOf(const uint8_t *bytes, size_t count) {
  for (size_t position = 12; count >= position && count - position >= 8;) {
    size_t length = littleEndian(bytes + position + 4);
    if (length > count - position - 8) return 1;
    if (memcmp(bytes + position, "EXIF", 4) == 0) return ci_exif_orientation(bytes + position + 8, length);
    position += 8 + length + length % 2;
  }
  return 1;
}

static bool readFeatures(const uint8_t *bytes, size_t count, WebPBitstreamFeatures *features, CIReport *report) {
  VP8StatusCode status = WebPGetFeatures(bytes, count, features);
  if (status != VP8_STATUS_OK) return failWith(status, report);
  if (features->has_animation) {
    return ci_fail(
        report, CIFailureUnsupported, "it is an animation, and only still pictures are read: save a frame of it");
  }
  return true;
}

bool ci_webp_read_header(const uint8_t *bytes, size_t count, CIHeader *header, CIReport *report) {
  WebPBitstreamFeatures features;
  if (!readFeatures(bytes, count, &features, report)) return false;
  header->width = features.width;
  header->height = features.height;
  header->channels = features.has_alpha ? 4 : 3;
  header->sampleBytes = 1;
  header->orientation = orientationOf(bytes, count);
  // A picture of one color takes a few dozen bytes at any size. The file must have as many bytes as its container says,
  // though; a picture without a container begins differently.
  bool hasContainer = count >= 12 && memcmp(bytes, "RIFF", 4) == 0;
  header->leastByteCount = hasContainer ? (int64_t)littleEndian(bytes + 4) + 8 : 0;
  return true;
}

bool ci_webp_decode(
    const uint8_t *bytes, size_t count, const CIRequest *request, uint8_t *pixels, size_t byteCount, CIReport *report) {
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return ci_fail(report, CIFailureUnsupported, "libwebp has another version");
  if (!readFeatures(bytes, count, &config.input, report)) return false;
  int32_t width = config.input.width, height = config.input.height;
  // libwebp drops the opacity, or adds it, itself.
  int32_t channels = request->channels < 3 ? (config.input.has_alpha && request->channels == 2 ? 4 : 3)
                                           : request->channels;
  CIRows rows;
  if (!ci_rows_begin(&rows, request, channels, pixels, byteCount, report)) return false;
  if (request->scale != 1 || request->sampleBytes != 1 || request->left < 0 || request->top < 0 ||
      request->left > width - request->width || request->top > height - request->height) {
    ci_rows_end(&rows);
    return ci_fail(report, CIFailureArgument, "the region does not lie in the picture");
  }
  // The whole picture is decoded, since the colors at the edge of a region would differ.
  size_t rowBytes = (size_t)channels * (size_t)width;
  bool isDirect = request->width == width && request->height == height && ci_rows_place(&rows, 0) != NULL;
  uint8_t *decoded = isDirect ? pixels : malloc(rowBytes * (size_t)height);
  if (decoded == NULL) {
    ci_rows_end(&rows);
    return ci_fail(report, CIFailureMemory, "there is too little memory");
  }
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = decoded;
  config.output.u.RGBA.stride = (int)rowBytes;
  config.output.u.RGBA.size = rowBytes * (size_t)height;
  VP8StatusCode status = WebPDecode(bytes, count, &config);
  if (status == VP8_STATUS_OK && !isDirect) {
    for (int32_t row = 0; row < request->height;) {
      const uint8_t *sources[CIRowsAtOnce];
      int32_t wanted = request->height - row < CIRowsAtOnce ? request->height - row : CIRowsAtOnce;
      for (int32_t y = 0; y < wanted; y += 1) {
        sources[y] = decoded + rowBytes * (size_t)(request->top + row + y) + (size_t)channels * (size_t)request->left;
      }
      ci_rows_put(&rows, row, wanted, sources);
      row += wanted;
    }
  }
  WebPFreeDecBuffer(&config.output);
  if (!isDirect) free(decoded);
  ci_rows_end(&rows);
  return status == VP8_STATUS_OK || failWith(status, report);
}
