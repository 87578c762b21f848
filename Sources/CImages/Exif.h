// The orientation that EXIF data give.
#ifndef CIMAGES_EXIF_H
#define CIMAGES_EXIF_H

#include <stddef.h>
#include <stdint.h>

/// The orientation, from 1 to 8, in a TIFF header with its directory, as EXIF data have it; "Exif" and two zeros may
/// come before. 1 if there is none or it is damaged.
int32_t ci_exif_orientation(const uint8_t *bytes, size_t count);

#endif
