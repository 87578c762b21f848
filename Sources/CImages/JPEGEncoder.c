#include "RequireLibraries.h"

#include "JPEGErrors.h"
#include "Report.h"
#include <stdlib.h>
#include <string.h>

typedef struct Writer {
  struct jpeg_compress_struct info;
  CIJPEGErrors errors;
  // Where the bytes go. libjpeg's own destination in memory does not say what to free if it fails.
  struct jpeg_destination_mgr destination;
  uint8_t *bytes;
  size_t capacity;
} Writer;

typedef struct Picture {
  const uint8_t *pixels;
  size_t rowBytes;
  int32_t width, height, channels, quality, horizontal, vertical;
  bool progressive;
} Picture;

static Writer *writerOf(j_compress_ptr info) {
  return (Writer *)((char *)info->dest - offsetof(Writer, destination));
}

// Makes room after the first `used` bytes.
static void grow(j_compress_ptr info, size_t used) {
  Writer *writer = writerOf(info);
  size_t capacity = writer->capacity < (1 << 15) ? 1 << 16 : writer->capacity * 2;
  uint8_t *bytes = realloc(writer->bytes, capacity);
  if (bytes == NULL) {
    ci_fail(writer->errors.report, CIFailureMemory, "there is too little memory");
    longjmp(writer->errors.jump, 1);
  }
  writer->bytes = bytes;
  writer->capacity = capacity;
  writer->destination.next_output_byte = bytes + used;
  writer->destination.free_in_buffer = capacity - used;
}

static void beginBytes(j_compress_ptr info) { grow(info, 0); }

static boolean addBytes(j_compress_ptr info) {
  // The buffer is full now; `free_in_buffer` is not up to date.
  grow(info, writerOf(info)->capacity);
  return TRUE;
}

static void endBytes(j_compress_ptr info) { (void)info; }

static bool run(Writer *writer, const Picture *picture) {
  struct jpeg_compress_struct *info = &writer->info;
  if (setjmp(writer->errors.jump) != 0) return false;
  jpeg_create_compress(info);
  writer->destination.init_destination = beginBytes;
  writer->destination.empty_output_buffer = addBytes;
  writer->destination.term_destination = endBytes;
  info->dest = &writer->destination;
  info->image_width = (JDIMENSION)picture->width;
  info->image_height = (JDIMENSION)picture->height;
  info->input_components = picture->channels;
  info->in_color_space = picture->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(info);
  jpeg_set_quality(info, picture->quality, TRUE);
  if (picture->channels == 3) {
    info->comp_info[0].h_samp_factor = picture->horizontal;
    info->comp_info[0].v_samp_factor = picture->vertical;
  }
  if (picture->progressive) jpeg_simple_progression(info);
  jpeg_start_compress(info, TRUE);
  while (info->next_scanline < info->image_height) {
    // libjpeg's interface takes pointers to what it does not change.
    JSAMPROW row = (JSAMPROW)(uintptr_t)(picture->pixels + picture->rowBytes * info->next_scanline);
    jpeg_write_scanlines(info, &row, 1);
  }
  jpeg_finish_compress(info);
  return true;
}

bool ci_jpeg_encode(
    const uint8_t *pixels, size_t rowBytes, int32_t width, int32_t height, int32_t channels, int32_t quality,
    int32_t horizontal, int32_t vertical, bool progressive, CIEncoded *encoded, CIReport *report) {
  bool isValid = width > 0 && height > 0 && (channels == 1 || channels == 3) && quality >= 1 && quality <= 100 &&
                 horizontal >= 1 && horizontal <= 2 && vertical >= 1 && vertical <= 2;
  if (!isValid) return ci_fail(report, CIFailureArgument, "a picture for a JPEG is not valid");
  Writer writer;
  memset(&writer, 0, sizeof(writer));
  Picture picture = {pixels, rowBytes, width, height, channels, quality, horizontal, vertical, progressive};
  ci_jpeg_catch(&writer.errors, (j_common_ptr)&writer.info, false, report);
  bool isWritten = run(&writer, &picture);
  jpeg_destroy_compress(&writer.info);
  if (!isWritten) {
    free(writer.bytes);
    return false;
  }
  encoded->bytes = writer.bytes;
  encoded->count = writer.capacity - writer.destination.free_in_buffer;
  return true;
}
