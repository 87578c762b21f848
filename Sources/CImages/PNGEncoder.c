#include "RequireLibraries.h"

#include "PNGErrors.h"
#include "Report.h"
#include <stdlib.h>
#include <string.h>

typedef struct Writer {
  CIPNGErrors errors;
  png_structp png;
  png_infop info;
  CIEncoded encoded;
  size_t capacity;
} Writer;

typedef struct Picture {
  const uint8_t *pixels;
  size_t rowBytes;
  int32_t width, height, channels, sampleBytes, level;
} Picture;

static void addBytes(png_structp png, png_bytep bytes, png_size_t count) {
  Writer *writer = png_get_io_ptr(png);
  CIEncoded *encoded = &writer->encoded;
  if (count > writer->capacity - encoded->count) {
    size_t capacity = writer->capacity * 2 > encoded->count + count ? writer->capacity * 2 : encoded->count + count;
    if (capacity < 1 << 16) capacity = 1 << 16;
    uint8_t *grown = realloc(encoded->bytes, capacity);
    if (grown == NULL) png_error(png, "there is too little memory");
    encoded->bytes = grown;
    writer->capacity = capacity;
  }
  memcpy(encoded->bytes + encoded->count, bytes, count);
  encoded->count += count;
}

static void flushNothing(png_structp png) { (void)png; }

static bool run(Writer *writer, const Picture *picture) {
  if (setjmp(writer->errors.jump) != 0) return false;
  writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &writer->errors, ci_png_stop, ci_png_complain);
  if (writer->png == NULL) return ci_fail(writer->errors.report, CIFailureMemory, "libpng cannot begin");
  writer->info = png_create_info_struct(writer->png);
  if (writer->info == NULL) return ci_fail(writer->errors.report, CIFailureMemory, "there is too little memory");
  png_set_write_fn(writer->png, writer, addBytes, flushNothing);
  png_set_user_limits(writer->png, 0x7FFFFFFF, 0x7FFFFFFF);
  png_set_compression_level(writer->png, picture->level);
  static const int types[] = {
      PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  png_set_IHDR(
      writer->png, writer->info, (png_uint_32)picture->width, (png_uint_32)picture->height, 8 * picture->sampleBytes,
      types[picture->channels - 1], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(writer->png, writer->info);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (picture->sampleBytes == 2) png_set_swap(writer->png);
#endif
  for (int32_t row = 0; row < picture->height; row += 1) {
    png_write_row(writer->png, picture->pixels + picture->rowBytes * (size_t)row);
  }
  png_write_end(writer->png, NULL);
  return true;
}

bool ci_png_encode(
    const uint8_t *pixels, size_t rowBytes, int32_t width, int32_t height, int32_t channels, int32_t sampleBytes,
    int32_t level, CIEncoded *encoded, CIReport *report) {
  bool isValid = width > 0 && height > 0 && channels >= 1 && channels <= 4 && sampleBytes >= 1 && sampleBytes <= 2 &&
                 level >= 0 && level <= 9;
  if (!isValid) return ci_fail(report, CIFailureArgument, "a picture for a PNG is not valid");
  Writer writer;
  memset(&writer, 0, sizeof(writer));
  writer.errors.report = report;
  Picture picture = {pixels, rowBytes, width, height, channels, sampleBytes, level};
  bool isWritten = run(&writer, &picture);
  if (writer.png != NULL) png_destroy_write_struct(&writer.png, &writer.info);
  if (!isWritten) {
    free(writer.encoded.bytes);
    return false;
  }
  *encoded = writer.encoded;
  return true;
}
