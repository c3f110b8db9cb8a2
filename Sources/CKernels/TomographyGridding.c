#include "CKernels.h"

#define INLINE static inline __attribute__((always_inline))
enum { WIDTH = OPERANDO_GRIDDING_WIDTH, FINE = 64, SEGMENTS = 8 };

// Eight complex numbers side by side.
typedef float lanes __attribute__((vector_size(64), aligned(4), may_alias));

INLINE void multiply(const float *a, const float *b, float *product) {
  float real = a[0] * b[0] - a[1] * b[1];
  float imaginary = a[0] * b[1] + a[1] * b[0];
  product[0] = real;
  product[1] = imaginary;
}

OPERANDO_CLONES void operando_gridding_filter(
    const float *spectrum, const float *filter, const float *coarse, const float *fine, size_t count, float *samples) {
  size_t half = count / 2;
  for (size_t j = 0; j <= count; j++) {
    size_t place = j < half ? j + half : j == count ? half : j - half;
    float phase[2], factor[2];
    multiply(coarse + 2 * (j / FINE), fine + 2 * (j % FINE), phase);
    multiply(filter + 2 * j, phase, factor);
    multiply(spectrum + 2 * place, factor, samples + 2 * j);
  }
}

// The kernel's values at eight points, each twice, and the first of the points.
INLINE size_t kernel(double at, const float *table, int divisions, lanes *values) {
  double low = at - WIDTH / 2;
  long first = (long)low + 1;
  float line = (float)((double)first - low) * (float)divisions;
  int whole = (int)line;
  float part = line - (float)whole;
  const lanes *entry = (const lanes *)(table + 2 * WIDTH * whole);
  *values = entry[0] + part * (entry[1] - entry[0]);
  return (size_t)first;
}

OPERANDO_CLONES void operando_gridding_spread(
    const float *samples, size_t count, double row, double column, double row_step, double column_step,
    const float *table, int divisions, float *grid, size_t pitch) {
  // Neighbours on a line touch the same points. Going along it at several places in turn gives what one has stored time to
  // arrive before another loads it.
  size_t length = (count + SEGMENTS - 1) / SEGMENTS;
  for (size_t i = 0; i < length; i++) {
    for (size_t j = i; j < count; j += length) {
      lanes down, right;
      size_t first_row = kernel(row + (double)j * row_step, table, divisions, &down);
      size_t first_column = kernel(column + (double)j * column_step, table, divisions, &right);
      float re = samples[2 * j], im = samples[2 * j + 1];
      lanes value = {re, im, re, im, re, im, re, im, re, im, re, im, re, im, re, im};
      right *= value;
      float *points = grid + 2 * (first_row * pitch + first_column);
      for (int k = 0; k < WIDTH; k++) *(lanes *)(points + 2 * (size_t)k * pitch) += down[2 * k] * right;
    }
  }
}
