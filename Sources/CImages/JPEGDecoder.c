#include "RequireLibraries.h"

#include "Exif.h"
#include "JPEGErrors.h"
#include "Report.h"
#include "Rows.h"
#include <stdlib.h>
#include <string.h>

// A reader lives outside of the function that calls setjmp, so that its contents are certain after a jump.
typedef struct Reader {
  struct jpeg_decompress_struct info;
  CIJPEGErrors errors;
  struct jpeg_progress_mgr progress;
  CIRows rows;
  uint8_t *scratch;
} Reader;

// Each part (scan) of a progressive picture covers all of it, and a few bytes can hold thousands of scans.
enum { greatestScanCount = 500 };

static void limitScans(j_common_ptr info) {
  if (!info->is_decompressor || ((j_decompress_ptr)info)->input_scan_number <= greatestScanCount) return;
  CIJPEGErrors *errors = (CIJPEGErrors *)info->client_data;
  ci_fail(errors->report, CIFailureUnsupported, "it has more than 500 scans, which no program writes");
  longjmp(errors->jump, 1);
}

// Refuses the picture by a jump.
static void refuse(Reader *reader, CIFailure failure, const char *message) {
  ci_fail(reader->errors.report, failure, message);
  longjmp(reader->errors.jump, 1);
}

static void begin(Reader *reader, const uint8_t *bytes, size_t count) {
  jpeg_create_decompress(&reader->info);
  reader->progress.progress_monitor = limitScans;
  reader->info.progress = &reader->progress;
  jpeg_mem_src(&reader->info, bytes, (unsigned long)count);
}

static void readHeader(Reader *reader) {
  jpeg_read_header(&reader->info, TRUE);
  if (reader->info.data_precision != 8) {
    refuse(reader, CIFailureUnsupported, "its samples do not have 8 bits, and no others of JPEG are supported");
  }
  switch (reader->info.jpeg_color_space) {
    case JCS_GRAYSCALE: case JCS_RGB: case JCS_YCbCr: case JCS_CMYK: case JCS_YCCK: return;
    default: refuse(reader, CIFailureUnsupported, "its colors are neither gray nor RGB, YCbCr, CMYK or YCCK");
  }
}

static void end(Reader *reader) {
  jpeg_destroy_decompress(&reader->info);
  ci_rows_end(&reader->rows);
  free(reader->scratch);
}

// MARK: The header

// Each block of 8 x 8 samples takes at least a bit. Arithmetic coding can do with less.
static int64_t leastByteCount(const struct jpeg_decompress_struct *info) {
  if (info->arith_code) return 0;
  int64_t blocks = 0;
  for (int index = 0; index < info->num_components; index += 1) {
    const jpeg_component_info *component = &info->comp_info[index];
    blocks += (int64_t)component->width_in_blocks * component->height_in_blocks;
  }
  return blocks / 8;
}

static bool runHeader(Reader *reader, const uint8_t *bytes, size_t count, CIHeader *header) {
  if (setjmp(reader->errors.jump) != 0) return false;
  begin(reader, bytes, count);
  jpeg_save_markers(&reader->info, JPEG_APP0 + 1, 0xFFFF);
  readHeader(reader);
  header->width = (int32_t)reader->info.image_width;
  header->height = (int32_t)reader->info.image_height;
  header->channels = reader->info.num_components == 1 ? 1 : 3;
  header->sampleBytes = 1;
  header->orientation = 1;
  for (jpeg_saved_marker_ptr marker = reader->info.marker_list; marker != NULL; marker = marker->next) {
    // Other things than EXIF have this marker too, XMP for one.
    if (marker->data_length < 6 || memcmp(marker->data, "Exif\0\0", 6) != 0) continue;
    header->orientation = ci_exif_orientation(marker->data, marker->data_length);
    break;
  }
  header->leastByteCount = leastByteCount(&reader->info);
  return true;
}

bool ci_jpeg_read_header(const uint8_t *bytes, size_t count, CIHeader *header, CIReport *report) {
  Reader reader;
  memset(&reader, 0, sizeof(reader));
  ci_jpeg_catch(&reader.errors, (j_common_ptr)&reader.info, true, report);
  bool isRead = runHeader(&reader, bytes, count, header);
  end(&reader);
  return isRead;
}

// MARK: Pixels

// The product of two parts of 255, rounded.
static inline uint8_t product(uint32_t a, uint32_t b) {
  uint32_t value = a * b + 128;
  return (uint8_t)((value + (value >> 8)) >> 8);
}

// Adobe's programs store CMYK inverted, and all others have followed them: 255 is no ink.
static void convertInk(uint8_t *row, uint32_t width) {
  uint8_t *target = row;
  for (uint32_t x = 0; x < width; x += 1, row += 4, target += 3) {
    uint8_t cyan = row[0], magenta = row[1], yellow = row[2], black = row[3];
    target[0] = product(cyan, black);
    target[1] = product(magenta, black);
    target[2] = product(yellow, black);
  }
}

// Chooses the color space that libjpeg decodes to, and returns its number of channels.
static int32_t chooseColors(struct jpeg_decompress_struct *info, int32_t wanted) {
  bool isInk = info->jpeg_color_space == JCS_CMYK || info->jpeg_color_space == JCS_YCCK;
  bool hasLuma = info->jpeg_color_space == JCS_GRAYSCALE || info->jpeg_color_space == JCS_YCbCr;
  if (isInk) {
    info->out_color_space = JCS_CMYK;
    return 3;
  }
  info->out_color_space = hasLuma && wanted < 3 ? JCS_GRAYSCALE : JCS_RGB;
  return info->out_color_space == JCS_GRAYSCALE ? 1 : 3;
}

// Lets libjpeg compute some columns only, and returns the first of them: those that are wanted, and beside them the
// pixels whose colors have a part in theirs. libjpeg itself begins at a whole block.
static JDIMENSION cropColumns(struct jpeg_decompress_struct *info, const CIRequest *request) {
  JDIMENSION margin = info->max_h_samp_factor > 1 ? 2 : 0;
  JDIMENSION left = (JDIMENSION)request->left, right = left + (JDIMENSION)request->width;
  JDIMENSION first = left > margin ? left - margin : 0;
  JDIMENSION last = info->output_width - right > margin ? right + margin : info->output_width;
  JDIMENSION width = last - first;
  if (width < info->output_width) jpeg_crop_scanline(info, &first, &width);
  return first;
}

static bool runDecode(
    Reader *reader, const uint8_t *bytes, size_t count, const CIRequest *request, uint8_t *pixels, size_t byteCount) {
  struct jpeg_decompress_struct *info = &reader->info;
  if (setjmp(reader->errors.jump) != 0) return false;
  begin(reader, bytes, count);
  readHeader(reader);
  int32_t channels = chooseColors(info, request->channels);
  if (!ci_rows_begin(&reader->rows, request, channels, pixels, byteCount, reader->errors.report)) return false;
  if (request->sampleBytes != 1) refuse(reader, CIFailureArgument, "a JPEG has samples of one byte");
  info->scale_num = 1;
  info->scale_denom = (unsigned int)request->scale;
  jpeg_start_decompress(info);
  if (request->left < 0 || request->top < 0 ||
      (int64_t)request->left + request->width > (int64_t)info->output_width ||
      (int64_t)request->top + request->height > (int64_t)info->output_height) {
    refuse(reader, CIFailureArgument, "the region does not lie in the picture");
  }
  JDIMENSION first = cropColumns(info, request);
  if (request->top > 0) jpeg_skip_scanlines(info, (JDIMENSION)request->top);

  bool isInk = info->out_color_space == JCS_CMYK;
  size_t components = (size_t)info->output_components, width = info->output_width;
  bool isWholeRow = first == (JDIMENSION)request->left && width == (size_t)request->width;
  bool isDirect = isWholeRow && !isInk && ci_rows_place(&reader->rows, 0) != NULL;
  if (!isDirect) {
    reader->scratch = malloc(components * width * CIRowsAtOnce);
    if (reader->scratch == NULL) refuse(reader, CIFailureMemory, "there is too little memory");
  }
  size_t skipped = ((size_t)request->left - first) * (size_t)channels;
  for (int32_t row = 0; row < request->height;) {
    int32_t wanted = request->height - row < CIRowsAtOnce ? request->height - row : CIRowsAtOnce;
    JSAMPROW targets[CIRowsAtOnce];
    for (int32_t y = 0; y < wanted; y += 1) {
      targets[y] =
          isDirect ? ci_rows_place(&reader->rows, row + y) : reader->scratch + components * width * (size_t)y;
    }
    int32_t read = 0;
    while (read < wanted) {
      JDIMENSION more = jpeg_read_scanlines(info, targets + read, (JDIMENSION)(wanted - read));
      if (more == 0) refuse(reader, CIFailureTruncated, "it ends before its last pixel");
      read += (int32_t)more;
    }
    if (!isDirect) {
      for (int32_t y = 0; y < wanted; y += 1) {
        if (isInk) convertInk(targets[y], (uint32_t)width);
        targets[y] += skipped;
      }
      ci_rows_put(&reader->rows, row, wanted, (const uint8_t *const *)targets);
    }
    row += wanted;
  }
  // Nothing after the last row of a region is read. A whole picture is read to its end, so that one that was cut off is
  // always an error.
  if (info->output_scanline == info->output_height) jpeg_finish_decompress(info);
  return true;
}

bool ci_jpeg_decode(
    const uint8_t *bytes, size_t count, const CIRequest *request, uint8_t *pixels, size_t byteCount, CIReport *report) {
  Reader reader;
  memset(&reader, 0, sizeof(reader));
  ci_jpeg_catch(&reader.errors, (j_common_ptr)&reader.info, request->acceptsDamage, report);
  bool isDecoded = runDecode(&reader, bytes, count, request, pixels, byteCount);
  end(&reader);
  return isDecoded;
}
