#include "FourierPasses.h"

#include <stdlib.h>

struct operando_pie {
  operando_fourier_plan *along_rows;
  operando_fourier_plan *down_columns;
  size_t rows;
  size_t columns;
  size_t object_rows;
  size_t object_columns;
  // Pieces, row after row.
  float *probe;
  // Each row as `pitch` real parts and then `pitch` imaginary parts.
  float *object;
  size_t pitch;
  // The wave between the passes: pieces, sixteen columns down all rows, then the next sixteen `stride` floats further.
  float *field;
  size_t stride;
  float *scratch;
};

operando_pie *operando_pie_make(size_t rows, size_t columns, size_t object_rows, size_t object_columns) {
  operando_pie *pie = calloc(1, sizeof *pie);
  if (!pie) return NULL;
  pie->rows = rows;
  pie->columns = columns;
  pie->object_rows = object_rows;
  pie->object_columns = object_columns;
  pie->along_rows = operando_fourier_make(columns, 1);
  pie->down_columns = operando_fourier_make(rows, 0);
  if (pie->along_rows && pie->down_columns) {
    // Each block of columns begins one piece further round the nearest cache (1024 floats) than the last, so that the
    // pieces of a row do not compete for the same places in it; rows of the object have an odd number of cache lines.
    pie->stride = (rows * PIECE + 1023) / 1024 * 1024 + PIECE;
    pie->pitch = (object_columns + LANES - 1) / LANES * LANES | LANES;
    size_t down = operando_fourier_scratch(pie->down_columns), along = operando_fourier_scratch(pie->along_rows);
    pie->probe = operando_pages(2 * rows * columns * sizeof(float));
    pie->object = operando_pages(2 * object_rows * pie->pitch * sizeof(float));
    pie->field = operando_pages(pie->stride * (columns / LANES) * sizeof(float));
    pie->scratch = operando_pages((down > along ? down : along) * sizeof(float));
    if (pie->probe && pie->object && pie->field && pie->scratch) return pie;
  }
  operando_pie_free(pie);
  return NULL;
}

void operando_pie_free(operando_pie *pie) {
  if (!pie) return;
  operando_fourier_free(pie->along_rows);
  operando_fourier_free(pie->down_columns);
  free(pie->probe);
  free(pie->object);
  free(pie->field);
  free(pie->scratch);
  free(pie);
}

typedef int32_t mask_lanes __attribute__((vector_size(4 * LANES)));

// Of numbers that are not negative: their bits are in the order of their values.
#define LARGER(A, B) ((lanes)__builtin_elementwise_max((mask_lanes)(A), (mask_lanes)(B)))
#define SQUARE(A) ((A).re * (A).re + (A).im * (A).im)

INLINE float largest(const lanes *a) {
  float most = (*a)[0];
  for (int i = 1; i < LANES; i++) most = (*a)[i] > most ? (*a)[i] : most;
  return most;
}

// Asks for a piece ahead of its use: a row of a window is too short for the processor to see where the next one lies.
INLINE void ask_for(const float *piece) {
  __builtin_prefetch(piece, 0, 2);
  __builtin_prefetch(piece + LANES, 0, 2);
}

// What an update does to one row: O and P take their part of psi' - psi, with psi' as `wave`, its parts exchanged.
// `probe_ahead` and `object_ahead` are the ways to the next row.
INLINE void update_row(
    const int regularised, const float *wave, float *probe, float *re, float *im, size_t blocks,
    const struct operando_pie_steps *steps, float probe_peak, float object_peak, lanes *peak, ptrdiff_t probe_ahead,
    ptrdiff_t object_ahead) {
  lanes most = *peak;
  const float object_gain = probe_peak > 0 ? steps->object_step / probe_peak : 0;
  const float probe_gain = object_peak > 0 ? steps->probe_step / object_peak : 0;
  const lanes least = (lanes){0} + 1e-36f;
  for (size_t i = 0; i < blocks; i++) {
    complex_lanes swapped = load_piece(wave + PIECE * i), p = load_piece(probe + PIECE * i);
    complex_lanes o = {*(const loose_lanes *)(re + LANES * i), *(const loose_lanes *)(im + LANES * i)};
    complex_lanes d = minus((complex_lanes){swapped.im, swapped.re}, times(p, o));
    complex_lanes to_object = {p.re * d.re + p.im * d.im, p.re * d.im - p.im * d.re};
    complex_lanes to_probe = {o.re * d.re + o.im * d.im, o.re * d.im - o.im * d.re};
    if (regularised) {
      lanes a = (1 - steps->object_part) * SQUARE(p) + steps->object_part * probe_peak;
      lanes b = (1 - steps->probe_part) * SQUARE(o) + steps->probe_part * object_peak;
      a = steps->object_step / LARGER(a, least);
      b = steps->probe_step / LARGER(b, least);
      o.re += a * to_object.re;
      o.im += a * to_object.im;
      p.re += b * to_probe.re;
      p.im += b * to_probe.im;
    } else {
      o.re += object_gain * to_object.re;
      o.im += object_gain * to_object.im;
      p.re += probe_gain * to_probe.re;
      p.im += probe_gain * to_probe.im;
    }
    *(loose_lanes *)(re + LANES * i) = o.re;
    *(loose_lanes *)(im + LANES * i) = o.im;
    store_piece(probe + PIECE * i, p);
    most = LARGER(most, SQUARE(p));
    ask_for(probe + PIECE * (ptrdiff_t)i + probe_ahead);
    __builtin_prefetch(re + LANES * (ptrdiff_t)i + object_ahead, 0, 2);
    __builtin_prefetch(im + LANES * (ptrdiff_t)i + object_ahead, 0, 2);
  }
  *peak = most;
}

WIDE OPERANDO_CLONES void operando_pie_sample(
    const operando_pie *pie, const struct operando_pie_window *now, const struct operando_pie_window *next,
    const struct operando_pie_steps *steps, float *peaks, const void *soon, size_t bytes) {
  const operando_fourier_plan *plan = pie->along_rows;
  size_t blocks = pie->columns / LANES, stride = pie->stride;
  float *pieces = pie->scratch, *result = pieces + PIECE * blocks, *rest = result + PIECE * blocks;
  lanes probe_peak = {0}, object_peak = {0};
  int regularised = steps->object_part != 1 || steps->probe_part != 1;
  // The next window reads rows of the object that this update writes. Where it lies lower, the rows are taken from the
  // bottom up: then each is written before it is read.
  int upwards = now && next && next->top > now->top;
  size_t ahead = (bytes + pie->rows - 1) / pie->rows;
  ptrdiff_t way = upwards ? -1 : 1;
  ptrdiff_t field_ahead = way * PIECE, probe_ahead = way * (ptrdiff_t)(PIECE * blocks);
  ptrdiff_t object_ahead = way * (ptrdiff_t)(2 * pie->pitch);
  for (size_t step = 0; step < pie->rows; step++) {
    size_t row = upwards ? pie->rows - 1 - step : step;
    float *field = pie->field + PIECE * row, *probe = pie->probe + PIECE * blocks * row;
    if (now) {
      float *re = pie->object + (now->top + row) * 2 * pie->pitch + now->left, *im = re + pie->pitch;
      row_transform(plan, field, stride, result, PIECE, rest);
      if (regularised) {
        update_row(1, result, probe, re, im, blocks, steps, peaks[0], peaks[1], &probe_peak, probe_ahead, object_ahead);
      } else {
        update_row(0, result, probe, re, im, blocks, steps, peaks[0], peaks[1], &probe_peak, probe_ahead, object_ahead);
      }
    }
    if (next) {
      const float *re = pie->object + (next->top + row) * 2 * pie->pitch + next->left, *im = re + pie->pitch;
      for (size_t i = 0; i < blocks; i++) {
        complex_lanes o = {*(const loose_lanes *)(re + LANES * i), *(const loose_lanes *)(im + LANES * i)};
        store_piece(pieces + PIECE * i, times(load_piece(probe + PIECE * i), o));
        object_peak = LARGER(object_peak, SQUARE(o));
        __builtin_prefetch(re + LANES * (ptrdiff_t)i + object_ahead, 0, 2);
        __builtin_prefetch(im + LANES * (ptrdiff_t)i + object_ahead, 0, 2);
        ask_for(field + stride * i + field_ahead);
      }
      row_transform(plan, pieces, PIECE, field, stride, rest);
    }
    if (soon) {
      for (size_t i = step * ahead; i < (step + 1) * ahead && i < bytes; i += 64) {
        __builtin_prefetch((const char *)soon + i, 0, 2);
      }
    }
  }
  if (now) peaks[0] = largest(&probe_peak);
  if (next) peaks[1] = largest(&object_peak);
}

typedef uint16_t narrow_lanes __attribute__((vector_size(2 * LANES), aligned(2)));
typedef uint32_t wide_lanes __attribute__((vector_size(4 * LANES)));
typedef uint32_t loose_wide_lanes __attribute__((vector_size(4 * LANES), aligned(4)));
#define CHOSEN(MASK, YES, NO) ((lanes)(((MASK) & (mask_lanes)(YES)) | (~(MASK) & (mask_lanes)(NO))))

// The outer transform of sixteen columns to the detector, the moduli, and the outer transform back, all in registers.
INLINE void moduli(
    const int radix, const int narrow, const operando_pie *pie, const void *counts, size_t block, float *y,
    const float *ahead, double *sums) {
  size_t inner = pie->down_columns->inner.length;
  const float inverse = 1 / ((float)pie->rows * (float)pie->columns);
  const lanes least = (lanes){0} + 1e-24f;
  lanes misfit = {0}, total = {0};
  for (size_t k1 = 0; k1 < inner; k1++) {
    complex_lanes a[8];
    UNROLLED for (int n2 = 0; n2 < radix; n2++) a[n2] = load_piece(y + PIECE * (k1 + (size_t)n2 * inner));
    butterfly(radix, a);
    UNROLLED for (int k2 = 0; k2 < radix; k2++) {
      size_t place = (k1 + (size_t)k2 * inner) * pie->columns + LANES * block;
      wide_lanes values;
      mask_lanes unmeasured;
      if (narrow) {
        narrow_lanes few = *(const narrow_lanes *)((const uint16_t *)counts + place);
        values = __builtin_convertvector(few, wide_lanes);
        unmeasured = (mask_lanes)(values == UINT16_MAX);
      } else {
        values = *(const loose_wide_lanes *)((const uint32_t *)counts + place);
        unmeasured = (mask_lanes)(values == UINT32_MAX);
      }
      if (__builtin_reduce_or(values) == 0) {
        // Much of a sparse pattern: what the general way comes to.
        misfit += inverse * SQUARE(a[k2]);
        a[k2] = (complex_lanes){(lanes){0}, (lanes){0}};
        continue;
      }
      // Signed numbers convert in one instruction everywhere.
      lanes intensity =
          narrow ? __builtin_convertvector((mask_lanes)values, lanes) : __builtin_convertvector(values, lanes);
      lanes power = inverse * SQUARE(a[k2]);
      power = LARGER(power, least);
      // sqrt I / |Psi|; where nothing was measured the wave stays.
      lanes gain = __builtin_elementwise_sqrt(intensity / power);
      gain = CHOSEN(unmeasured, (lanes){0} + 1, gain);
      misfit += power * (gain - 1) * (gain - 1);
      total += CHOSEN(unmeasured, (lanes){0}, intensity);
      gain *= inverse;
      a[k2] = (complex_lanes){gain * a[k2].im, gain * a[k2].re};
    }
    butterfly(radix, a);
    UNROLLED for (int n2 = 0; n2 < radix; n2++) {
      store_piece(y + PIECE * (k1 + (size_t)n2 * inner), a[n2]);
      ask_for(ahead + PIECE * (k1 + (size_t)n2 * inner));
    }
  }
  for (int i = 0; i < LANES; i++) {
    sums[0] += (double)misfit[i];
    sums[1] += (double)total[i];
  }
}

INLINE void detector(const int narrow, const operando_pie *pie, const void *counts, double *sums) {
  const operando_fourier_plan *plan = pie->down_columns;
  float *middle = pie->scratch, *rest = middle + PIECE * pie->rows;
  for (size_t block = 0; block < pie->columns / LANES; block++) {
    float *field = pie->field + pie->stride * block;
    columns_inner(plan, field, PIECE, middle, rest);
    switch (plan->outer) {
      case 8: moduli(8, narrow, pie, counts, block, middle, field + pie->stride, sums); break;
      case 5: moduli(5, narrow, pie, counts, block, middle, field + pie->stride, sums); break;
      case 4: moduli(4, narrow, pie, counts, block, middle, field + pie->stride, sums); break;
      case 3: moduli(3, narrow, pie, counts, block, middle, field + pie->stride, sums); break;
      case 2: moduli(2, narrow, pie, counts, block, middle, field + pie->stride, sums); break;
      default: moduli(1, narrow, pie, counts, block, middle, field + pie->stride, sums); break;
    }
    columns_inner_back(plan, middle, field, PIECE, rest);
  }
}

WIDE OPERANDO_CLONES void operando_pie_detector_narrow(
    const operando_pie *pie, const uint16_t *counts, double *sums) {
  detector(1, pie, counts, sums);
}

WIDE OPERANDO_CLONES void operando_pie_detector_wide(
    const operando_pie *pie, const uint32_t *counts, double *sums) {
  detector(0, pie, counts, sums);
}

float operando_pie_set(operando_pie *pie, const float *probe, const float *object) {
  float peak = 0;
  for (size_t i = 0; i < pie->rows * pie->columns; i++) {
    float *piece = pie->probe + i / LANES * PIECE + i % LANES;
    piece[0] = probe[2 * i];
    piece[LANES] = probe[2 * i + 1];
    float power = piece[0] * piece[0] + piece[LANES] * piece[LANES];
    if (power > peak) peak = power;
  }
  for (size_t row = 0; row < pie->object_rows; row++) {
    float *re = pie->object + row * 2 * pie->pitch, *im = re + pie->pitch;
    const float *from = object + row * 2 * pie->object_columns;
    for (size_t column = 0; column < pie->object_columns; column++) {
      re[column] = from[2 * column];
      im[column] = from[2 * column + 1];
    }
  }
  return peak;
}

void operando_pie_get(const operando_pie *pie, float *probe, float *object) {
  for (size_t i = 0; i < pie->rows * pie->columns; i++) {
    const float *piece = pie->probe + i / LANES * PIECE + i % LANES;
    probe[2 * i] = piece[0];
    probe[2 * i + 1] = piece[LANES];
  }
  for (size_t row = 0; row < pie->object_rows; row++) {
    const float *re = pie->object + row * 2 * pie->pitch, *im = re + pie->pitch;
    float *to = object + row * 2 * pie->object_columns;
    for (size_t column = 0; column < pie->object_columns; column++) {
      to[2 * column] = re[column];
      to[2 * column + 1] = im[column];
    }
  }
}
