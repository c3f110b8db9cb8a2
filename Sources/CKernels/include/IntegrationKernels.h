#ifndef OPERANDO_INTEGRATION_KERNELS_H
#define OPERANDO_INTEGRATION_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Azimuthal integration: every pixel of a run is read once, in the order of the image, and added to the sums of its bins.
// Pixels lie at any alignment. What limits these loops is how many bytes of sums the first cache holds, so sums are kept
// as narrow as is exact.

// How a pixel is stored.
enum operando_pixel {
  OPERANDO_U8, OPERANDO_I8, OPERANDO_U16, OPERANDO_I16, OPERANDO_U32, OPERANDO_I32, OPERANDO_U64, OPERANDO_I64,
  OPERANDO_F32, OPERANDO_F64
};

// Which values are left out: those below low or above high, those equal to one of `exceptions`, and NaN.
struct operando_valid_range {
  double low, high;
  double exceptions[4];
  int exception_count;
};

// Whether all pixels are valid (1), or not (0).
int operando_all_valid(
    enum operando_pixel type, const void *pixels, size_t count, const struct operando_valid_range *range);

// Copies pixels and puts 0 in the place of those left out, whose places are written to `left_out` (room for count of
// them). Returns how many there are.
size_t operando_copy_valid(
    enum operando_pixel type, const void *pixels, size_t count, const struct operando_valid_range *range, void *copy,
    uint32_t *left_out);

// Copies pixels below the floor as the floor and all others as they are.
void operando_copy_floored(enum operando_pixel type, const void *pixels, size_t count, int floor, void *copy);

// Each pixel belongs to one bin: sums[table * stride + bin] += pixel, four tables in turn for integers and one for floating
// point numbers, whose sums then never depend on how an image is cut. Sums are 32-bit integers for pixels of at most 16
// bits, good for 2^18 pixels; 64-bit integers for pixels of 32 bits, good for 2^31; doubles for the others.
void operando_add_whole(
    enum operando_pixel type, const void *pixels, const uint16_t *bins, size_t count, void *sums,
    size_t stride);

// Adds the four tables of `operando_add_whole` to totals and clears them.
void operando_collect_whole(enum operando_pixel type, void *sums, size_t stride, double *totals);

// The same as `operando_add_whole` for many bins: two tables of 64-bit integers, or one of doubles.
void operando_add_whole_wide(
    enum operando_pixel type, const void *pixels, const uint32_t *bins, size_t count, void *sums,
    size_t stride);

// Each pixel is shared by up to three bins, b - 1, b and b + 1, b > 0. A word of `shares` holds b in its lowest 16 bits, the
// share c of b - 1 in the 24 above and the share d of b + 1 in the highest 24, both in units of 2^-24. sums[b * 4 + k]
// grows by the pixel times b, c and d for k = 0, 1 and 2; place 3 is not used. Sums, here and below, are 64-bit integers for pixels of at most 16 bits,
// good for 2^23 pixels, and doubles for the others; they are aligned to 64 bytes.
void operando_add_shared(
    enum operando_pixel type, const void *pixels, const uint64_t *shares, size_t count, void *sums);

// The same in eight places a bin; sums[b * 8 + 4 + k] grows by the pixel times c^2, d^2 and c d for k = 1, 2 and 3.
void operando_add_shared_products(
    enum operando_pixel type, const void *pixels, const uint64_t *shares, size_t count, void *sums);

// Each pixel is shared by bins b and b + 1. A word of `shares` holds b in its lower half and above it the share d of b + 1.
// sums[b * 2 + k] grows by the pixel times 1 and d for k = 0 and 1.
void operando_add_paired(
    enum operando_pixel type, const void *pixels, const uint64_t *shares, size_t count, void *sums);

// The same in four places a bin; sums[b * 4 + 2] grows by the pixel times d^2.
void operando_add_paired_products(
    enum operando_pixel type, const void *pixels, const uint64_t *shares, size_t count, void *sums);

// Adds `count` sums of shared or paired pixels to totals and clears them.
void operando_collect_shared(enum operando_pixel type, void *sums, size_t count, double *totals);

// Adds the two tables of `operando_add_whole_wide` to totals and clears them.
void operando_collect_whole_wide(enum operando_pixel type, void *sums, size_t stride, double *totals);

// Asks for large pages, before memory is written to: a table of a few bytes a pixel then needs fewer address translations.
void operando_prefer_large_pages(void *memory, size_t size);

// The angle of count points on a line: point i lies at start + i * step (three coordinates each). Writes
// atan2(sqrt(x^2 + y^2), z) of each, in radians from 0 to pi.
void operando_polar_angles(const double start[3], const double step[3], size_t count, double *angles);

// The same for sin(angle / 2).
void operando_half_sines(const double start[3], const double step[3], size_t count, double *sines);

// The same for atan2(x, y), in radians from -pi to pi.
void operando_azimuths(const double start[3], const double step[3], size_t count, double *angles);

#endif
