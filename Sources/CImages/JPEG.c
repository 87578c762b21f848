#include "RequireLibraries.h"

#include "CImages.h"
#include <stdio.h>

#include <jpeglib.h>

int ci_jpeg_version(void) { return JPEG_LIB_VERSION; }
