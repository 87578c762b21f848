// Puts the messages of the libraries into a report.
#ifndef CIMAGES_REPORT_H
#define CIMAGES_REPORT_H

#include "CImages.h"

/// Puts a failure into a report. Always false.
bool ci_fail(CIReport *report, CIFailure failure, const char *message);
/// Counts a warning, and keeps the first one.
void ci_warn(CIReport *report, const char *message);

#endif
