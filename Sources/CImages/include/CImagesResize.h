// Resizing images of bytes, with what usually comes next in the same pass: flipping, and conversion to normalized
// floating-point numbers.
#ifndef CIMAGES_RESIZE_H
#define CIMAGES_RESIZE_H

#include <stdbool.h>
#include <stdint.h>

/// An image of bytes in memory, in any order of its dimensions. Strides are in bytes.
typedef struct {
    /// The first channel of the upper left pixel.
    const uint8_t *pixels;
    int64_t rowStride;
    int64_t columnStride;
    int64_t channelStride;
    int32_t channels;
    int32_t height;
    int32_t width;
} CIPixels;

/// How many channels an image may have.
#define CI_RESIZE_MAX_CHANNELS 4

typedef struct {
    /// The size that the image is resized to.
    int32_t height;
    int32_t width;
    /// The part of that size that is computed.
    int32_t top;
    int32_t left;
    int32_t windowHeight;
    int32_t windowWidth;
    /// A cubic curve through four pixels instead of a line through two.
    bool isCubic;
    /// Whether a smaller image is a weighted mean of all pixels.
    bool antialias;
    /// Whether the columns of the window are written in reverse order.
    bool flipsColumns;
    /// For tests: no instructions that only some processors have. The result is the same.
    bool isPortable;
} CIResize;

/// Where the result goes, channel by channel: either bytes, or numbers that are
/// `(byte * scale - mean[channel]) / deviation[channel]`.
typedef struct {
    uint8_t *bytes;
    float *numbers;
    float scale;
    bool isNormalized;
    float mean[CI_RESIZE_MAX_CHANNELS];
    float deviation[CI_RESIZE_MAX_CHANNELS];
} CIResizeOutput;

/// Resizes an image. Returns false if there is too little memory.
///
/// All sizes must be positive, the window inside the new size, and the channels at most `CI_RESIZE_MAX_CHANNELS`.
bool ci_resize(CIPixels image, CIResize resize, CIResizeOutput output);

#endif
