// What libpng does in place of ending the process and printing: it jumps to where a reader or writer began.
#ifndef CIMAGES_PNG_ERRORS_H
#define CIMAGES_PNG_ERRORS_H

#include "CImages.h"
#include <setjmp.h>

#include <png.h>

/// The error handler of one reader or writer.
typedef struct CIPNGErrors {
  jmp_buf jump;
  CIReport *report;
} CIPNGErrors;

/// The functions that libpng gets; their `png_get_error_ptr` is a `CIPNGErrors`. A failure that is in the report
/// already stays.
void ci_png_stop(png_structp png, png_const_charp message);
void ci_png_complain(png_structp png, png_const_charp message);

#endif
