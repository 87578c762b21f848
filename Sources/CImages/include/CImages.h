// Reading and writing pictures with libjpeg-turbo, libpng and libwebp. No function ends the process or jumps out of C.
#ifndef CIMAGES_H
#define CIMAGES_H

/// The version of libjpeg-turbo's interface that this was compiled with.
int ci_jpeg_version(void);

#endif
