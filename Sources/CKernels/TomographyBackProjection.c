#include "FourierPasses.h"

#include <math.h>
#include <string.h>

enum { TILE = OPERANDO_TOMOGRAPHY_TILE, PATCH = 4, VIEWS = 8 };

typedef int32_t whole_numbers __attribute__((vector_size(4 * LANES)));

// Half the length of the chord of the circle that fills a slice, at the row of a patch that is nearest its middle.
INLINE double widest_chord(size_t size, size_t row) {
  double first = (double)row + 0.5 - (double)size / 2, last = first + PATCH - 1;
  double nearest = first > 0 ? first : last < 0 ? last : 0, radius = (double)size / 2;
  double square = radius * radius - nearest * nearest;
  return square < 0 ? -1 : sqrt(square);
}

// Patches of 4 x 4 voxels stay in registers for eight views, whose samples for this tile stay in the second cache.
WIDE OPERANDO_CLONES void operando_tomography_back_project(
    const float *samples, size_t stride, const operando_tomography_view *views, size_t count, size_t size, size_t row,
    size_t column, float *tile) {
  for (size_t begin = 0; begin < count; begin += VIEWS) {
    size_t end = begin + VIEWS < count ? begin + VIEWS : count;
    for (size_t i = 0; i < TILE && row + i < size; i += PATCH) {
      double chord = widest_chord(size, row + i);
      if (chord < 0) continue;
      for (size_t j = 0; j < TILE && column + j < size; j += PATCH) {
        double left = (double)(column + j) + 0.5 - (double)size / 2;
        if (left > chord || left + PATCH - 1 < -chord) continue;
        float *patch = tile + (i * TILE + j) * LANES;
        lanes sums[PATCH * PATCH];
        UNROLLED for (int k = 0; k < PATCH * PATCH; k++) {
          sums[k] = *(const lanes *)(patch + (k / PATCH * TILE + k % PATCH) * LANES);
        }
        for (size_t view = begin; view < end; view++) {
          const operando_tomography_view *v = views + view;
          const char *line = (const char *)(samples + view * stride);
          uint64_t across = (uint64_t)v->along_columns, down = (uint64_t)v->along_rows;
          uint64_t place = (uint64_t)v->origin + across * (column + j) + down * (row + i);
          UNROLLED for (int k = 0; k < PATCH * PATCH; k++) {
            uint64_t sample = (place + (uint64_t)(k % PATCH) * across + (uint64_t)(k / PATCH) * down) >> 32;
            sums[k] += *(const lanes *)(line + sample * sizeof(lanes));
          }
        }
        UNROLLED for (int k = 0; k < PATCH * PATCH; k++) {
          *(lanes *)(patch + (k / PATCH * TILE + k % PATCH) * LANES) = sums[k];
        }
      }
    }
  }
}

// Adds a sample to the voxels of sixteen slices, weighted by max(0, 1 - |distance| * inverse).
INLINE void add_hat(lanes *sum, const float *sample, const lanes *distance, float inverse) {
  whole_numbers bits = (whole_numbers)*distance & 0x7fffffff;
  lanes height = 1 - (lanes)bits * inverse;
  *sum += (lanes)((whole_numbers)height & (height > 0)) * *(const lanes *)sample;
}

// Patches of voxels of which sums are kept in registers: across, down.
enum { WIDTH = 4, HEIGHT = 4 };

WIDE OPERANDO_CLONES void operando_tomography_spread(
    const float *samples, size_t stride, size_t columns, const operando_tomography_view *views, size_t count,
    size_t rows_of_slice, size_t columns_of_slice, size_t row, size_t column, const float *lean, float least,
    float greatest, float *tile) {
  const int32_t mask = (1 << 24) - 1;
  whole_numbers across, down;
  for (int k = 0; k < LANES; k++) {
    across[k] = k % WIDTH;
    down[k] = k / WIDTH;
  }
  int32_t last = (int32_t)columns + 1;
  for (size_t begin = 0; begin < count; begin += VIEWS) {
    size_t end = begin + VIEWS < count ? begin + VIEWS : count;
    for (size_t i = 0; i < TILE && row + i < rows_of_slice; i += HEIGHT) {
      for (size_t j = 0; j < TILE && column + j < columns_of_slice; j += WIDTH) {
        float *patch = tile + (i * TILE + j) * LANES;
        lanes sums[LANES];
        UNROLLED for (int k = 0; k < LANES; k++) {
          sums[k] = *(const lanes *)(patch + (k / WIDTH * TILE + k % WIDTH) * LANES);
        }
        for (size_t view = begin; view < end; view++) {
          const operando_tomography_view *v = views + view;
          // Two lanes of zeros come first.
          const float *line = samples + view * stride + 2 * LANES;
          int64_t place =
              v->origin + v->along_columns * (int64_t)(column + j) + v->along_rows * (int64_t)(row + i);
          int32_t base = (int32_t)(place >> 32), part = (int32_t)((uint32_t)place >> 8);
          whole_numbers fine =
              part + across * (int32_t)(v->along_columns >> 8) + down * (int32_t)(v->along_rows >> 8);
          union {
            whole_numbers all;
            int32_t each[LANES];
          } left;
          union {
            lanes all;
            float each[LANES];
          } before, after, rest;
          left.all = base + (fine >> 24);
          rest.all = __builtin_convertvector(fine & mask, lanes) * (1.0f / (1 << 24));
          if (lean) {
            lanes apart = *(const lanes *)lean;
            for (int k = 0; k < LANES; k++) {
              float from = rest.each[k];
              int32_t low = left.each[k] + (int32_t)floorf(from + least);
              int32_t high = left.each[k] + (int32_t)floorf(from + greatest) + 1;
              for (int32_t t = low < 0 ? 0 : low; t <= high && t < (int32_t)columns; t++) {
                lanes distance = apart + (from + (float)(left.each[k] - t));
                add_hat(sums + k, line + (ptrdiff_t)t * LANES, &distance, v->inverse);
              }
            }
            continue;
          }
          lanes one = 1 - rest.all * v->inverse, two = 1 - (1 - rest.all) * v->inverse;
          before.all = (lanes)((whole_numbers)one & (one > 0));
          after.all = (lanes)((whole_numbers)two & (two > 0));
          whole_numbers low = left.all < -2, high = left.all > last;
          left.all = (left.all & ~low & ~high) | (low & -2) | (high & last);
          UNROLLED for (int k = 0; k < LANES; k++) {
            const float *p = line + (ptrdiff_t)left.each[k] * LANES;
            sums[k] += before.each[k] * *(const lanes *)p;
            sums[k] += after.each[k] * *(const lanes *)(p + LANES);
          }
        }
        UNROLLED for (int k = 0; k < LANES; k++) {
          *(lanes *)(patch + (k / WIDTH * TILE + k % WIDTH) * LANES) = sums[k];
        }
      }
    }
  }
}

WIDE OPERANDO_CLONES void operando_tomography_unpack(
    const float *tiles, size_t row, size_t rows, size_t columns, int circle, size_t first,
    size_t count, float *slices, size_t stride) {
  double radius = (double)columns / 2;
  for (size_t i = 0; i < TILE && row + i < rows; i++) {
    double y = (double)(row + i) + 0.5 - (double)rows / 2;
    for (size_t column = 0; column < columns; column += LANES) {
      const float *tile = tiles + (column / TILE * TILE * TILE + i * TILE + column % TILE) * LANES;
      lanes a[LANES];
      UNROLLED for (int k = 0; k < LANES; k++) a[k] = *(const lanes *)(tile + k * LANES);
      if (circle) {
        for (int k = 0; k < LANES; k++) {
          double x = (double)(column + (size_t)k) + 0.5 - radius;
          if (x * x + y * y > radius * radius) a[k] = (lanes){0};
        }
      }
      transpose16(a);
      size_t width = columns - column < LANES ? columns - column : LANES;
      for (size_t lane = 0; lane < count; lane++) {
        float *to = slices + lane * stride + (row + i) * columns + column;
        if (width == LANES) {
          *(loose_lanes *)to = a[first + lane];
        } else {
          memcpy(to, &a[first + lane], width * sizeof(float));
        }
      }
    }
  }
}
