#include "FourierPasses.h"

#include <math.h>
#include <string.h>

enum { MARGIN = OPERANDO_TOMOGRAPHY_MARGIN, LINES = 16 };

typedef int32_t whole_numbers __attribute__((vector_size(4 * LANES)));

INLINE size_t line_lanes(size_t width) { return width + 2 * MARGIN + 1; }

WIDE OPERANDO_CLONES void operando_tomography_pack(
    const float *slices, size_t stride, size_t count, size_t rows, size_t columns, int transposed, size_t first,
    size_t end, float *lines) {
  size_t width = transposed ? rows : columns, length = line_lanes(width) * LANES;
  for (size_t line = first; line < end; line++) {
    float *to = lines + (line - first) * length;
    memset(to, 0, MARGIN * LANES * sizeof(float));
    memset(to + (MARGIN + width) * LANES, 0, (MARGIN + 1) * LANES * sizeof(float));
  }
  // Sixteen voxels along the rows of the slices at a time, whichever way they are to lie.
  size_t first_row = transposed ? 0 : first, end_row = transposed ? rows : end;
  size_t first_column = transposed ? first : 0, end_column = transposed ? end : columns;
  for (size_t row = first_row; row < end_row; row++) {
    for (size_t column = first_column; column < end_column; column += LANES) {
      size_t some = end_column - column < LANES ? end_column - column : LANES;
      lanes a[LANES];
      for (size_t k = 0; k < LANES; k++) {
        a[k] = (lanes){0};
        if (k < count) memcpy(&a[k], slices + k * stride + row * columns + column, some * sizeof(float));
      }
      transpose16(a);
      for (size_t k = 0; k < some; k++) {
        size_t line = transposed ? column + k - first : row - first, place = transposed ? row : column + k;
        *(lanes *)(lines + line * length + (MARGIN + place) * LANES) = a[k];
      }
    }
  }
}

// Adds a voxel of sixteen slices, weighted by max(0, 1 - |distance|).
INLINE void add_hat(lanes *sum, const float *voxel, const lanes *distance) {
  whole_numbers bits = (whole_numbers)*distance & 0x7fffffff;
  lanes height = 1 - (lanes)bits;
  *sum += (lanes)((whole_numbers)height & (height > 0)) * *(const lanes *)voxel;
}

// Sixteen neighbouring columns stay in registers over sixteen lines of voxels.
WIDE OPERANDO_CLONES void operando_tomography_project(
    const float *lines, size_t width, size_t line, size_t count, const operando_tomography_ray *ray, size_t columns,
    const float *lean, float least, float greatest, float *image) {
  const int32_t mask = (1 << 24) - 1;
  size_t length = line_lanes(width) * LANES;
  whole_numbers number;
  for (int k = 0; k < LANES; k++) number[k] = k;
  whole_numbers steps = number * (int32_t)(ray->along_columns >> 8);
  for (size_t begin = 0; begin < count; begin += LINES) {
    size_t end = begin + LINES < count ? begin + LINES : count;
    for (size_t column = 0; column < columns; column += LANES) {
      int64_t corner =
          ray->origin + ray->along_columns * (int64_t)column + ray->along_lines * (int64_t)(line + begin);
      int64_t wide = ray->along_columns * (LANES - 1), deep = ray->along_lines * (int64_t)(end - begin - 1);
      double low = ldexp((double)(corner + (wide < 0 ? wide : 0) + (deep < 0 ? deep : 0)), -32) + (lean ? least : 0);
      double high = ldexp((double)(corner + (wide > 0 ? wide : 0) + (deep > 0 ? deep : 0)), -32) + (lean ? greatest : 0);
      if (high < -1 || low > (double)width) continue;
      lanes sums[LANES];
      UNROLLED for (int k = 0; k < LANES; k++) sums[k] = *(const lanes *)(image + (column + (size_t)k) * LANES);
      for (size_t l = begin; l < end; l++) {
        const float *voxels = lines + l * length + MARGIN * LANES;
        int64_t place = corner + ray->along_lines * (int64_t)(l - begin);
        int32_t base = (int32_t)(place >> 32), part = (int32_t)((uint32_t)place >> 8);
        whole_numbers fine = part + steps;
        union {
          whole_numbers all;
          int32_t each[LANES];
        } left;
        union {
          lanes all;
          float each[LANES];
        } rest;
        left.all = base + (fine >> 24);
        rest.all = __builtin_convertvector(fine & mask, lanes) * (1.0f / (1 << 24));
        if (lean) {
          lanes apart = *(const lanes *)lean;
          for (int k = 0; k < LANES; k++) {
            float from = rest.each[k];
            int32_t lowest = left.each[k] + (int32_t)floorf(from + least);
            int32_t highest = left.each[k] + (int32_t)floorf(from + greatest) + 1;
            for (int32_t x = lowest < 0 ? 0 : lowest; x <= highest && x < (int32_t)width; x++) {
              lanes distance = apart + (from + (float)(left.each[k] - x));
              add_hat(sums + k, voxels + (ptrdiff_t)x * LANES, &distance);
            }
          }
          continue;
        }
        UNROLLED for (int k = 0; k < LANES; k++) {
          const float *p = voxels + (ptrdiff_t)left.each[k] * LANES;
          lanes a = *(const lanes *)p, b = *(const lanes *)(p + LANES);
          sums[k] += (1 - rest.each[k]) * a;
          sums[k] += rest.each[k] * b;
        }
      }
      UNROLLED for (int k = 0; k < LANES; k++) *(lanes *)(image + (column + (size_t)k) * LANES) = sums[k];
    }
  }
}

WIDE OPERANDO_CLONES void operando_tomography_deposit(
    const float *image, size_t columns, const int32_t *rows, const float *shares, size_t count, float *view) {
  for (size_t column = 0; column < columns; column += LANES) {
    size_t some = columns - column < LANES ? columns - column : LANES;
    lanes a[LANES];
    UNROLLED for (int k = 0; k < LANES; k++) a[k] = *(const lanes *)(image + (column + (size_t)k) * LANES);
    transpose16(a);
    for (size_t lane = 0; lane < count; lane++) {
      if (rows[lane] < 0) continue;
      float *to = view + (size_t)rows[lane] * columns + column;
      if (some == LANES) {
        *(loose_lanes *)to += shares[lane] * a[lane];
      } else {
        float part[LANES];
        *(loose_lanes *)part = a[lane];
        for (size_t t = 0; t < some; t++) to[t] += shares[lane] * part[t];
      }
    }
  }
}
