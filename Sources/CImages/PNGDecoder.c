#include "RequireLibraries.h"

#include "Exif.h"
#include "PNGErrors.h"
#include "Report.h"
#include "Rows.h"
#include <stdlib.h>
#include <string.h>

// A reader lives outside of the function that calls setjmp, so that its contents are certain after a jump.
typedef struct Reader {
  CIPNGErrors errors;
  png_structp png;
  png_infop info;
  const uint8_t *bytes;
  size_t count, position;
  bool acceptsDamage;
  CIRows rows;
  // Decoded rows: one, or all of a picture that is stored interlaced.
  uint8_t *decoded;
  // The first row of the region that has not been put into the result.
  int32_t nextRow;
  // The sizes of a row, and of the part of it that lies to the left of the region.
  size_t rowBytes, skipped;
  // How many rows of the passes of a picture that is stored interlaced were read.
  int64_t passRows;
} Reader;

static void refuse(Reader *reader, CIFailure failure, const char *message) {
  ci_fail(reader->errors.report, failure, message);
  longjmp(reader->errors.jump, 1);
}

static void readBytes(png_structp png, png_bytep target, png_size_t count) {
  Reader *reader = png_get_io_ptr(png);
  size_t left = reader->count - reader->position;
  if (count > left) {
    if (reader->acceptsDamage && left > 0) {
      // libpng asks for thousands of bytes at a time: it gets the last of them, and then what it stops at.
      memcpy(target, reader->bytes + reader->position, left);
      memset(target + left, 0, count - left);
      reader->position = reader->count;
      return;
    }
    ci_fail(reader->errors.report, CIFailureTruncated, "it ends before its last pixel");
    png_error(png, "the file ends");
  }
  memcpy(target, reader->bytes + reader->position, count);
  reader->position += count;
}

// Reads what comes before the pixels.
static void begin(Reader *reader) {
  reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &reader->errors, ci_png_stop, ci_png_complain);
  if (reader->png == NULL) refuse(reader, CIFailureMemory, "libpng cannot begin");
  reader->info = png_create_info_struct(reader->png);
  if (reader->info == NULL) refuse(reader, CIFailureMemory, "there is too little memory");
  png_set_read_fn(reader->png, reader, readBytes);
  // The caller has limits of its own, and reads the header first.
  png_set_user_limits(reader->png, 0x7FFFFFFF, 0x7FFFFFFF);
  // Texts, color profiles and the like can be compressed a thousandfold, and no pixel depends on them here.
  png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  png_read_info(reader->png, reader->info);
}

static void end(Reader *reader) {
  if (reader->png != NULL) png_destroy_read_struct(&reader->png, &reader->info, NULL);
  ci_rows_end(&reader->rows);
  free(reader->decoded);
}

// The channels of the pixels once palettes and single transparent colors are resolved.
static int32_t channelCount(const Reader *reader) {
  png_byte type = png_get_color_type(reader->png, reader->info);
  bool hasTransparency = png_get_valid(reader->png, reader->info, PNG_INFO_tRNS) != 0;
  int32_t colors = type & PNG_COLOR_MASK_COLOR ? 3 : 1;
  return colors + (type & PNG_COLOR_MASK_ALPHA || hasTransparency ? 1 : 0);
}

// MARK: The header

static uint32_t bigEndian(const uint8_t *bytes) {
  return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// The orientation in the chunk eXIf, which may come before the pixels or after them.
static int32_t orientationOf(const uint8_t *bytes, size_t count) {
  // A chunk is the number of bytes, the type, the bytes, and a checksum.
  for (size_t position = 8; count - position >= 12;) {
    size_t length = bigEndian(bytes + position);
    if (length > count - position - 12) return 1;
    if (memcmp(bytes + position + 4, "eXIf", 4) == 0) return ci_exif_orientation(bytes + position + 8, length);
    position += 12 + length;
  }
  return 1;
}

static bool runHeader(Reader *reader, CIHeader *header) {
  if (setjmp(reader->errors.jump) != 0) return false;
  begin(reader);
  header->width = (int32_t)png_get_image_width(reader->png, reader->info);
  header->height = (int32_t)png_get_image_height(reader->png, reader->info);
  header->channels = channelCount(reader);
  header->sampleBytes = png_get_bit_depth(reader->png, reader->info) == 16 ? 2 : 1;
  header->orientation = orientationOf(reader->bytes, reader->count);
  // Before compression a row takes these bytes, and deflate makes of 1032 bytes no less than one.
  double rowBytes = (double)png_get_rowbytes(reader->png, reader->info);
  header->leastByteCount = (int64_t)(rowBytes * header->height / 1032);
  return true;
}

bool ci_png_read_header(const uint8_t *bytes, size_t count, CIHeader *header, CIReport *report) {
  if (count < 8) return ci_fail(report, CIFailureTruncated, "it ends within its header");
  Reader reader;
  memset(&reader, 0, sizeof(reader));
  reader.bytes = bytes;
  reader.count = count;
  reader.errors.report = report;
  bool isRead = runHeader(&reader, header);
  end(&reader);
  return isRead;
}

// MARK: Pixels

// Lets libpng give samples of 8 or 16 bits in this machine's byte order, without palettes.
static void chooseSamples(Reader *reader, int32_t sampleBytes) {
  png_structp png = reader->png;
  png_byte type = png_get_color_type(png, reader->info), depth = png_get_bit_depth(png, reader->info);
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (png_get_valid(png, reader->info, PNG_INFO_tRNS) != 0) png_set_tRNS_to_alpha(png);
  if (depth == 16 && sampleBytes == 1) png_set_scale_16(png);
  if (depth != 16 && sampleBytes == 2) refuse(reader, CIFailureArgument, "its samples do not have 16 bits");
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (sampleBytes == 2) png_set_swap(png);
#endif
}

static void putRow(Reader *reader, const uint8_t *row) {
  const uint8_t *source = row + reader->skipped;
  ci_rows_put(&reader->rows, reader->nextRow, 1, &source);
  reader->nextRow += 1;
}

// Puts all rows of the region, as far as the passes of an interlaced picture have completed them.
static void putPassRows(Reader *reader, const CIRequest *request) {
  while (reader->nextRow < request->height) {
    putRow(reader, reader->decoded + reader->rowBytes * (size_t)(request->top + reader->nextRow));
  }
}

static bool runDecode(Reader *reader, const CIRequest *request, uint8_t *pixels, size_t byteCount) {
  if (setjmp(reader->errors.jump) != 0) return false;
  begin(reader);
  int32_t channels = channelCount(reader);
  int64_t width = png_get_image_width(reader->png, reader->info);
  int64_t height = png_get_image_height(reader->png, reader->info);
  if (!ci_rows_begin(&reader->rows, request, channels, pixels, byteCount, reader->errors.report)) return false;
  if (request->scale != 1 || request->left < 0 || request->top < 0 || (int64_t)request->left + request->width > width ||
      (int64_t)request->top + request->height > height) {
    refuse(reader, CIFailureArgument, "the region does not lie in the picture");
  }
  chooseSamples(reader, request->sampleBytes);
  int passes = png_set_interlace_handling(reader->png);
  png_read_update_info(reader->png, reader->info);
  size_t pixelBytes = (size_t)channels * (size_t)request->sampleBytes;
  reader->rowBytes = png_get_rowbytes(reader->png, reader->info);
  reader->skipped = pixelBytes * (size_t)request->left;
  if (reader->rowBytes != pixelBytes * (size_t)width) {
    refuse(reader, CIFailureUnsupported, "libpng gives other samples");
  }

  if (passes > 1) {
    // Rows of the last pass complete those of all others, so that all are kept.
    reader->decoded = calloc((size_t)height, reader->rowBytes);
    if (reader->decoded == NULL) refuse(reader, CIFailureMemory, "there is too little memory");
    for (int pass = 0; pass < passes; pass += 1) {
      for (int64_t row = 0; row < height; row += 1) {
        png_read_row(reader->png, reader->decoded + reader->rowBytes * (size_t)row, NULL);
        reader->passRows += 1;
      }
    }
    putPassRows(reader, request);
  } else {
    bool isDirect = request->width == width && ci_rows_place(&reader->rows, 0) != NULL;
    reader->decoded = malloc(reader->rowBytes);
    if (reader->decoded == NULL) refuse(reader, CIFailureMemory, "there is too little memory");
    for (int32_t row = 0; row < request->top; row += 1) png_read_row(reader->png, reader->decoded, NULL);
    while (reader->nextRow < request->height) {
      if (isDirect) {
        png_read_row(reader->png, ci_rows_place(&reader->rows, reader->nextRow), NULL);
        reader->nextRow += 1;
      } else {
        png_read_row(reader->png, reader->decoded, NULL);
        putRow(reader, reader->decoded);
      }
    }
  }
  // Nothing after the last row of a region is read. A whole picture is read to its end, so that one that was cut off is
  // always an error.
  if (passes > 1 || request->top + request->height == height) png_read_end(reader->png, NULL);
  return true;
}

bool ci_png_decode(
    const uint8_t *bytes, size_t count, const CIRequest *request, uint8_t *pixels, size_t byteCount, CIReport *report) {
  Reader reader;
  memset(&reader, 0, sizeof(reader));
  reader.bytes = bytes;
  reader.count = count;
  reader.errors.report = report;
  reader.acceptsDamage = request->acceptsDamage;
  // What is missing from a damaged picture is black, and nothing that lay in the memory before.
  if (request->acceptsDamage) memset(pixels, 0, byteCount);
  bool isDecoded = runDecode(&reader, request, pixels, byteCount);
  if (!isDecoded && request->acceptsDamage && (reader.nextRow > 0 || reader.passRows > 0) &&
      (report->failure == CIFailureDamaged || report->failure == CIFailureTruncated)) {
    if (reader.passRows > 0) putPassRows(&reader, request);
    ci_warn(report, report->message);
    report->failure = CIFailureNone;
    isDecoded = true;
  }
  end(&reader);
  return isDecoded;
}
