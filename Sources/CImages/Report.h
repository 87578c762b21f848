// How what the libraries say gets into a report.
#ifndef CIMAGES_REPORT_H
#define CIMAGES_REPORT_H

#include "CImages.h"

/// Puts a failure into a report. Always false.
bool ci_fail(CIReport *report, CIFailure failure, const char *message);
/// Counts a complaint, and keeps the first.
void ci_warn(CIReport *report, const char *message);

#endif
