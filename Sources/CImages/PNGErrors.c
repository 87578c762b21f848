#include "PNGErrors.h"

#include "Report.h"
#include <string.h>

void ci_png_stop(png_structp png, png_const_charp message) {
  CIPNGErrors *errors = png_get_error_ptr(png);
  if (errors->report->failure == CIFailureNone) {
    bool isMemory = strstr(message, "memory") != NULL;
    ci_fail(errors->report, isMemory ? CIFailureMemory : CIFailureDamaged, message);
  }
  longjmp(errors->jump, 1);
}

void ci_png_complain(png_structp png, png_const_charp message) {
  CIPNGErrors *errors = png_get_error_ptr(png);
  ci_warn(errors->report, message);
}
