#include "Report.h"

#include <stdlib.h>
#include <string.h>

static void copy(char *destination, size_t capacity, const char *text) {
  size_t count = strlen(text);
  if (count >= capacity) count = capacity - 1;
  memcpy(destination, text, count);
  destination[count] = 0;
}

bool ci_fail(CIReport *report, CIFailure failure, const char *message) {
  report->failure = failure;
  copy(report->message, sizeof(report->message), message);
  return false;
}

void ci_warn(CIReport *report, const char *message) {
  if (report->warningCount == 0) copy(report->warning, sizeof(report->warning), message);
  if (report->warningCount < INT32_MAX) report->warningCount += 1;
}

void ci_encoded_free(CIEncoded *encoded) {
  free(encoded->bytes);
  encoded->bytes = NULL;
  encoded->count = 0;
}
