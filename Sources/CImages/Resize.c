// Separable resampling of bytes with whole numbers as weights: first the columns of the rows that are needed, then the
// rows, which are rounded to bytes in between. This is what Pillow and PyTorch compute, with the same weights:
// https://github.com/pytorch/pytorch/blob/main/aten/src/ATen/native/cpu/UpSampleKernel.cpp
//
// All sums are of whole numbers, so that every processor computes the same bytes.

#include "CImagesResize.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Numbers are multiplied and subtracted as PyTorch does it, in two steps.
#pragma STDC FP_CONTRACT OFF

// Lines of bytes are processed in blocks of this size, so buffers are rounded up to it.
enum { blockSize = 32 };

static size_t roundedUp(size_t size) { return (size + blockSize - 1) / blockSize * blockSize; }

// --- Weights ---------------------------------------------------------------------------------------------------------

// Which pixels of the input make each pixel of the output, along one dimension.
typedef struct {
    // The first pixel, and how many.
    int32_t *first;
    int32_t *count;
    // `stride` for each output pixel; those after `count` are 0.
    int16_t *weights;
    int32_t stride;
    // The binary digits after the point of a weight.
    int32_t precision;
} Taps;

static double triangle(double x) {
    x = fabs(x);
    return x < 1 ? 1 - x : 0;
}

// Keys 1981, "Cubic convolution interpolation for digital image processing".
static double cubic(double x, double a) {
    x = fabs(x);
    if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
    if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
    return 0;
}

// The greatest number of pixels that make one.
static int64_t largestCount(int32_t from, int32_t to, bool isCubic, bool antialias) {
    double support = isCubic ? 2 : 1;
    double scale = (double)from / to;
    if (antialias && scale > 1) support *= scale;
    int64_t count = (int64_t)ceil(support) * 2 + 1;
    int64_t least = isCubic ? 4 : 2;
    if (count < least) count = least;
    return (count + 3) / 4 * 4;
}

// The weights of one output pixel, of all pixels within reach.
static void antialiasedWeights(
    int32_t from, double scale, int32_t position, bool isCubic, int32_t *first, int32_t *count, double *weights
) {
    double stretch = scale > 1 ? scale : 1;
    double support = (isCubic ? 2 : 1) * stretch;
    double inverse = 1 / stretch;
    double center = scale * (position + 0.5);
    int64_t start = (int64_t)(center - support + 0.5);
    int64_t end = (int64_t)(center + support + 0.5);
    if (start < 0) start = 0;
    if (end > from) end = from;
    int32_t number = (int32_t)(end - start);
    double sum = 0;
    for (int32_t k = 0; k < number; k++) {
        double distance = (k + start - center + 0.5) * inverse;
        weights[k] = isCubic ? cubic(distance, -0.5) : triangle(distance);
        sum += weights[k];
    }
    if (sum != 0) {
        for (int32_t k = 0; k < number; k++) weights[k] /= sum;
    }
    *first = (int32_t)start;
    *count = number;
}

// The weights of one output pixel, of the two or four nearest pixels. The edge is repeated outside.
static void interpolatingWeights(
    int32_t from, double scale, int32_t position, bool isCubic, int32_t *first, int32_t *count, double *weights
) {
    int32_t taps = isCubic ? 4 : 2;
    double source = scale * (position + 0.5) - 0.5;
    if (!isCubic && source < 0) source = 0;
    int64_t index = (int64_t)floor(source);
    if (index > from - 1) index = from - 1;
    double fraction = source - (double)index;
    if (fraction < 0) fraction = 0;
    if (fraction > 1) fraction = 1;
    int64_t least = index - taps / 2 + 1;
    int64_t start = least < 0 ? 0 : least;
    int64_t end = index + taps / 2 + 1;
    if (end > from) end = from;
    int32_t number = (int32_t)(end - start);
    for (int32_t k = 0; k < number; k++) weights[k] = 0;
    for (int32_t k = 0; k < taps; k++) {
        double distance = k + 1 - taps / 2 - fraction;
        int64_t place = least + k - start;
        if (place < 0) place = 0;
        if (place > number - 1) place = number - 1;
        weights[place] += isCubic ? cubic(distance, -0.75) : triangle(distance);
    }
    *first = (int32_t)start;
    *count = number;
}

// Fills in the weights of the output pixels from `start` on. False if there is too little memory.
static bool makeTaps(
    Taps *taps, int32_t from, int32_t to, int32_t start, int32_t length, bool isCubic, bool antialias
) {
    int64_t stride = largestCount(from, to, isCubic, antialias);
    double *exact = calloc((size_t)length * (size_t)stride, sizeof(double));
    taps->first = malloc((size_t)length * sizeof(int32_t));
    taps->count = malloc((size_t)length * sizeof(int32_t));
    taps->weights = malloc((size_t)length * (size_t)stride * sizeof(int16_t));
    taps->stride = (int32_t)stride;
    if (exact == NULL || taps->first == NULL || taps->count == NULL || taps->weights == NULL) {
        free(exact);
        return false;
    }
    double scale = (double)from / to;
    double greatest = 0;
    double *other = calloc((size_t)stride, sizeof(double));
    if (other == NULL) {
        free(exact);
        return false;
    }
    // All of the output, not only the window: the precision, and so the bits, must not depend on what is cut out.
    for (int32_t i = 0; i < to; i++) {
        bool isInside = i >= start && i - start < length;
        double *row = isInside ? exact + (size_t)(i - start) * (size_t)stride : other;
        int32_t first, count;
        (antialias ? antialiasedWeights : interpolatingWeights)(from, scale, i, isCubic, &first, &count, row);
        for (int32_t k = 0; k < count; k++) {
            if (row[k] > greatest) greatest = row[k];
        }
        if (!isInside) continue;
        taps->first[i - start] = first;
        taps->count[i - start] = count;
    }
    free(other);
    // As many digits as the greatest weight leaves in 16 bits.
    int32_t precision = 0;
    while (precision < 22 && (int64_t)(0.5 + greatest * (1 << (precision + 1))) < (1 << 15)) precision++;
    taps->precision = precision;
    size_t number = (size_t)length * (size_t)stride;
    for (size_t i = 0; i < number; i++) {
        double weight = exact[i] * (1 << precision);
        taps->weights[i] = (int16_t)(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    free(exact);
    return true;
}

static void freeTaps(Taps *taps) {
    free(taps->first);
    free(taps->count);
    free(taps->weights);
}

// --- Columns ---------------------------------------------------------------------------------------------------------

static uint8_t clamped(int32_t value) { return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value); }

// One row of pixels, from output pixel `start` on, to `channels` rows of `width` bytes after one another.
static void resampleColumns(
    CIPixels image, int32_t row, const Taps *taps, int32_t start, int32_t width, bool flips, uint8_t *output
) {
    const uint8_t *line = image.pixels + row * image.rowStride;
    int32_t half = 1 << taps->precision >> 1;
    for (int32_t x = start; x < width; x++) {
        const int16_t *weights = taps->weights + (size_t)x * (size_t)taps->stride;
        const uint8_t *pixel = line + taps->first[x] * image.columnStride;
        int32_t count = taps->count[x];
        int32_t place = flips ? width - 1 - x : x;
        if (image.channels == 3) {
            int32_t sums[3] = {half, half, half};
            for (int32_t k = 0; k < count; k++) {
                sums[0] += pixel[0] * weights[k];
                sums[1] += pixel[image.channelStride] * weights[k];
                sums[2] += pixel[2 * image.channelStride] * weights[k];
                pixel += image.columnStride;
            }
            for (int32_t c = 0; c < 3; c++) output[c * width + place] = clamped(sums[c] >> taps->precision);
            continue;
        }
        for (int32_t c = 0; c < image.channels; c++) {
            const uint8_t *value = pixel + c * image.channelStride;
            int32_t sum = half;
            for (int32_t k = 0; k < count; k++) sum += value[k * image.columnStride] * weights[k];
            output[c * width + place] = clamped(sum >> taps->precision);
        }
    }
}

#if defined(__x86_64__)
// The sums of one output pixel, of two rows of pixels of three bytes each: red, green, blue and 0 of one row, then of
// the other.
//
// A step takes four pixels of both rows. The bytes of two pixels are paired channel by channel, so that one instruction
// multiplies both with their weights and adds them.
__attribute__((target("avx2"), always_inline))
static inline __m256i sumsOfPair(const uint8_t *upper, const uint8_t *lower, const Taps *taps, int32_t x, __m256i sum) {
    const __m256i firstTwo = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
    const __m256i lastTwo = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1));
    const uint8_t *a = upper + 3 * taps->first[x];
    const uint8_t *b = lower + 3 * taps->first[x];
    const int16_t *weights = taps->weights + (size_t)x * (size_t)taps->stride;
    for (int32_t k = taps->count[x]; k > 0; k -= 4) {
        __m256i pixels = _mm256_inserti128_si256(
            _mm256_castsi128_si256(_mm_loadu_si128((const __m128i *)a)), _mm_loadu_si128((const __m128i *)b), 1);
        int32_t pairs[2];
        memcpy(pairs, weights, sizeof(pairs));
        __m256i first = _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, firstTwo), _mm256_set1_epi32(pairs[0]));
        __m256i last = _mm256_madd_epi16(_mm256_shuffle_epi8(pixels, lastTwo), _mm256_set1_epi32(pairs[1]));
        sum = _mm256_add_epi32(sum, _mm256_add_epi32(first, last));
        a += 12;
        b += 12;
        weights += 4;
    }
    return sum;
}

// Takes the channels of pixels of four bytes apart.
__attribute__((target("avx2"), always_inline))
static inline void separateChannels(
    const uint32_t *restrict pixels, int32_t from, int32_t to, uint8_t *restrict red, uint8_t *restrict green,
    uint8_t *restrict blue
) {
    for (int32_t x = from; x < to; x++) {
        red[x] = (uint8_t)pixels[x];
        green[x] = (uint8_t)(pixels[x] >> 8);
        blue[x] = (uint8_t)(pixels[x] >> 16);
    }
}

// Two rows of pixels of three bytes each at a time, as far as 16 bytes may be read from each. Returns how far it got.
__attribute__((target("avx2")))
static int32_t resampleColumnsOfPairs(
    CIPixels image, const uint8_t *upper, const uint8_t *lower, const Taps *taps, int32_t width, bool flips,
    uint32_t *scratch, uint8_t *upperOutput, uint8_t *lowerOutput
) {
    const __m256i half = _mm256_set1_epi32(1 << taps->precision >> 1);
    const __m128i shift = _mm_cvtsi32_si128(taps->precision);
    int32_t end = width;
    while (end > 0 && 3 * taps->first[end - 1] + 12 * ((taps->count[end - 1] + 3) / 4) + 4 > 3 * image.width) end--;
    end -= end % 2;
    uint32_t *lowerScratch = scratch + width;
    for (int32_t x = 0; x < end; x += 2) {
        __m256i one = _mm256_sra_epi32(sumsOfPair(upper, lower, taps, x, half), shift);
        __m256i other = _mm256_sra_epi32(sumsOfPair(upper, lower, taps, x + 1, half), shift);
        __m256i both = flips ? _mm256_packs_epi32(other, one) : _mm256_packs_epi32(one, other);
        both = _mm256_packus_epi16(both, both);
        int32_t place = flips ? width - 2 - x : x;
        _mm_storel_epi64((__m128i *)(scratch + place), _mm256_castsi256_si128(both));
        _mm_storel_epi64((__m128i *)(lowerScratch + place), _mm256_extracti128_si256(both, 1));
    }
    int32_t from = flips ? width - end : 0;
    separateChannels(scratch, from, from + end, upperOutput, upperOutput + width, upperOutput + 2 * width);
    separateChannels(lowerScratch, from, from + end, lowerOutput, lowerOutput + width, lowerOutput + 2 * width);
    return end;
}
#endif

// --- Rows ------------------------------------------------------------------------------------------------------------

typedef uint8_t Bytes __attribute__((vector_size(16), aligned(1)));
typedef int32_t Sums __attribute__((vector_size(64)));

// One line of bytes from `count` lines. All buffers are a whole number of blocks long.
__attribute__((always_inline))
static inline void addLines(
    const uint8_t *const *lines, const int16_t *weights, int32_t count, int32_t precision, size_t length,
    uint8_t *output
) {
    int32_t half = 1 << precision >> 1;
    for (size_t x = 0; x < length; x += sizeof(Bytes)) {
        Sums sums = (Sums){} + half;
        for (int32_t k = 0; k < count; k++) {
            Sums values = __builtin_convertvector(*(const Bytes *)(lines[k] + x), Sums);
            sums += values * (int32_t)weights[k];
        }
        sums >>= precision;
        sums = __builtin_elementwise_min(__builtin_elementwise_max(sums, (Sums){}), (Sums){} + 255);
        *(Bytes *)(output + x) = __builtin_convertvector(sums, Bytes);
    }
}

__attribute__((always_inline))
static inline void writeNumbers(
    const uint8_t *restrict bytes, int32_t length, const CIResizeOutput *output, int32_t channel,
    float *restrict numbers
) {
    float scale = output->scale;
    if (!output->isNormalized) {
        for (int32_t x = 0; x < length; x++) numbers[x] = bytes[x] * scale;
        return;
    }
    float mean = output->mean[channel];
    float deviation = output->deviation[channel];
    for (int32_t x = 0; x < length; x++) {
        float value = bytes[x] * scale;
        numbers[x] = (value - mean) / deviation;
    }
}

// One row of the output.
__attribute__((always_inline))
static inline void resampleRow(
    const uint8_t *const *lines, const Taps *taps, int32_t row, int32_t channels, CIResize resize, size_t length,
    uint8_t *line, const CIResizeOutput *output
) {
    const int16_t *weights = taps->weights + (size_t)row * (size_t)taps->stride;
    addLines(lines, weights, taps->count[row], taps->precision, length, line);
    size_t plane = (size_t)resize.windowHeight * (size_t)resize.windowWidth;
    for (int32_t c = 0; c < channels; c++) {
        size_t place = (size_t)c * plane + (size_t)row * (size_t)resize.windowWidth;
        const uint8_t *part = line + (size_t)c * (size_t)resize.windowWidth;
        if (output->numbers != NULL) {
            writeNumbers(part, resize.windowWidth, output, c, output->numbers + place);
        } else {
            memcpy(output->bytes + place, part, (size_t)resize.windowWidth);
        }
    }
}

static void resampleRowPortably(
    const uint8_t *const *lines, const Taps *taps, int32_t row, int32_t channels, CIResize resize, size_t length,
    uint8_t *line, const CIResizeOutput *output
) {
    resampleRow(lines, taps, row, channels, resize, length, line, output);
}

#if defined(__x86_64__)
// Without fused multiplication and addition, which would change the numbers' last bits.
__attribute__((target("avx2")))
static void resampleRowWide(
    const uint8_t *const *lines, const Taps *taps, int32_t row, int32_t channels, CIResize resize, size_t length,
    uint8_t *line, const CIResizeOutput *output
) {
    resampleRow(lines, taps, row, channels, resize, length, line, output);
}
#endif

// --- All of it -------------------------------------------------------------------------------------------------------

// The lines whose columns are resampled already: as many as one row of the output needs, and one more, since rows come
// in pairs.
typedef struct {
    uint8_t *lines;
    size_t length;
    int32_t capacity;
    // The row of the image that comes next.
    int32_t next;
} Ring;

static uint8_t *ringLine(const Ring *ring, int32_t row) {
    return ring->lines + (size_t)(row % ring->capacity) * ring->length;
}

static void fillRing(
    Ring *ring, int32_t end, CIPixels image, const Taps *columns, CIResize resize, bool isWide, uint32_t *scratch
) {
    int32_t width = resize.windowWidth;
    while (ring->next < end) {
        int32_t row = ring->next;
        bool isPair = row + 1 < image.height;
        int32_t done = 0;
#if defined(__x86_64__)
        if (isWide) {
            const uint8_t *upper = image.pixels + row * image.rowStride;
            done = resampleColumnsOfPairs(
                image, upper, isPair ? upper + image.rowStride : upper, columns, width, resize.flipsColumns, scratch,
                ringLine(ring, row), ringLine(ring, row + 1));
        }
#endif
        resampleColumns(image, row, columns, done, width, resize.flipsColumns, ringLine(ring, row));
        if (isPair) {
            resampleColumns(image, row + 1, columns, done, width, resize.flipsColumns, ringLine(ring, row + 1));
        }
        ring->next = row + 2;
    }
}

static bool resampleRows(
    CIPixels image, CIResize resize, const Taps *columns, const Taps *rows, const CIResizeOutput *output
) {
    bool isWide = false;
#if defined(__x86_64__)
    isWide = !resize.isPortable && __builtin_cpu_supports("avx2");
#endif
    bool isInterleaved = image.channels == 3 && image.columnStride == 3 && image.channelStride == 1;
    // Lines are no longer than those of the output.
    size_t length = roundedUp((size_t)resize.windowWidth * (size_t)image.channels);
    Ring ring = {.length = length, .capacity = rows->stride + 2, .next = 0};
    ring.lines = calloc((size_t)ring.capacity + 1, length);
    uint32_t *scratch = malloc(2 * (size_t)resize.windowWidth * sizeof(uint32_t));
    const uint8_t **lines = malloc((size_t)rows->stride * sizeof(uint8_t *));
    bool hasMemory = ring.lines != NULL && scratch != NULL && lines != NULL;
    if (hasMemory) {
        uint8_t *line = ring.lines + (size_t)ring.capacity * length;
        for (int32_t row = 0; row < resize.windowHeight; row++) {
            int32_t first = rows->first[row];
            if (ring.next < first) ring.next = first;
            fillRing(&ring, first + rows->count[row], image, columns, resize, isWide && isInterleaved, scratch);
            for (int32_t k = 0; k < rows->count[row]; k++) lines[k] = ringLine(&ring, first + k);
#if defined(__x86_64__)
            if (isWide) {
                resampleRowWide(lines, rows, row, image.channels, resize, length, line, output);
                continue;
            }
#endif
            resampleRowPortably(lines, rows, row, image.channels, resize, length, line, output);
        }
    }
    free(ring.lines);
    free(scratch);
    free((void *)lines);
    return hasMemory;
}

bool ci_resize(CIPixels image, CIResize resize, CIResizeOutput output) {
    Taps columns = {0};
    Taps rows = {0};
    bool hasMemory =
        makeTaps(
            &columns, image.width, resize.width, resize.left, resize.windowWidth, resize.isCubic, resize.antialias)
        && makeTaps(
            &rows, image.height, resize.height, resize.top, resize.windowHeight, resize.isCubic, resize.antialias)
        && resampleRows(image, resize, &columns, &rows, &output);
    freeTaps(&columns);
    freeTaps(&rows);
    return hasMemory;
}
