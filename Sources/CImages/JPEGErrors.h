// What libjpeg does in place of ending the process and printing: it jumps to where a reader or writer began.
#ifndef CIMAGES_JPEG_ERRORS_H
#define CIMAGES_JPEG_ERRORS_H

#include "CImages.h"
#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>

/// The error handler of one reader or writer, to which `client_data` of libjpeg's structure points.
typedef struct CIJPEGErrors {
  struct jpeg_error_mgr manager;
  jmp_buf jump;
  CIReport *report;
  bool acceptsDamage;
  // Whether the bytes have ended. libjpeg then inserts an end marker, and reports misleading errors.
  bool hasEnded;
} CIJPEGErrors;

/// Sets the handler up, and gives it to libjpeg's structure, which has not been created yet.
void ci_jpeg_catch(CIJPEGErrors *errors, j_common_ptr info, bool acceptsDamage, CIReport *report);

#endif
