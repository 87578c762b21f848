#include "JPEGErrors.h"

#include "Report.h"
#include <jerror.h>

static CIJPEGErrors *handler(j_common_ptr info) { return (CIJPEGErrors *)info->client_data; }

static void stop(j_common_ptr info) {
  CIJPEGErrors *errors = handler(info);
  char message[JMSG_LENGTH_MAX];
  info->err->format_message(info, message);
  if (errors->hasEnded || info->err->msg_code == JERR_INPUT_EMPTY) {
    ci_fail(errors->report, CIFailureTruncated, "it ends before its first pixel");
  } else {
    bool isMemory = info->err->msg_code == JERR_OUT_OF_MEMORY;
    ci_fail(errors->report, isMemory ? CIFailureMemory : CIFailureDamaged, message);
  }
  longjmp(errors->jump, 1);
}

// Whether a warning is about something that does not affect pixels.
static bool isHarmless(int code) {
  return code == JWRN_EXTRANEOUS_DATA || code == JWRN_ADOBE_XFORM || code == JWRN_JFIF_MAJOR ||
         code == JWRN_TOO_MUCH_DATA;
}

static void complain(j_common_ptr info, int level) {
  // From 0 on, these are traces.
  if (level >= 0) return;
  info->err->num_warnings += 1;
  CIJPEGErrors *errors = handler(info);
  if (info->err->msg_code == JWRN_JPEG_EOF) errors->hasEnded = true;
  char message[JMSG_LENGTH_MAX];
  info->err->format_message(info, message);
  if (errors->acceptsDamage || isHarmless(info->err->msg_code)) {
    ci_warn(errors->report, message);
    return;
  }
  // libjpeg would fill in gray for what is missing.
  if (info->err->msg_code == JWRN_JPEG_EOF) {
    ci_fail(errors->report, CIFailureTruncated, "it ends before its last pixel");
  } else {
    ci_fail(errors->report, CIFailureDamaged, message);
  }
  longjmp(errors->jump, 1);
}

static void printNothing(j_common_ptr info) { (void)info; }

void ci_jpeg_catch(CIJPEGErrors *errors, j_common_ptr info, bool acceptsDamage, CIReport *report) {
  info->err = jpeg_std_error(&errors->manager);
  errors->manager.error_exit = stop;
  errors->manager.emit_message = complain;
  errors->manager.output_message = printNothing;
  errors->report = report;
  errors->acceptsDamage = acceptsDamage;
  info->client_data = errors;
}
