// Where decoded rows go: they are converted to the channels that are wanted, and turned as the orientation says.
#ifndef CIMAGES_ROWS_H
#define CIMAGES_ROWS_H

#include "CImages.h"

/// The rows of a region on their way to the result.
typedef struct CIRows {
  const CIRequest *request;
  uint8_t *pixels;
  /// The channels that the decoder gives.
  int32_t channels;
  /// Rows of converted pixels, as many as are turned at once; null if none are.
  uint8_t *scratch;
  size_t pixelBytes, rowBytes;
} CIRows;

/// How many rows are turned at once, so that what is written to one line of the cache is written together.
enum { CIRowsAtOnce = 16 };

/// Prepares to take a region with these channels. False, with a failure in the report, if the request does not fit the
/// memory, or there is too little of it.
bool ci_rows_begin(
    CIRows *rows, const CIRequest *request, int32_t channels, uint8_t *pixels, size_t byteCount, CIReport *report);
/// Where the decoder may put a row of the region itself; null if `ci_rows_put` has to.
uint8_t *ci_rows_place(const CIRows *rows, int32_t row);
/// Takes `count` rows of the region from `row` on, at most `CIRowsAtOnce`.
void ci_rows_put(CIRows *rows, int32_t row, int32_t count, const uint8_t *const *source);
void ci_rows_end(CIRows *rows);

#endif
