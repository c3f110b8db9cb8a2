#include "FourierPasses.h"

#include <string.h>

INLINE size_t whole_lanes(size_t count) { return (count + LANES - 1) / LANES * LANES; }

size_t operando_tomography_load_scratch(size_t columns, size_t tap_count) {
  return (2 * LANES - 1 + tap_count + LANES) * whole_lanes(columns);
}

WIDE OPERANDO_CLONES void operando_tomography_load(
    const float *view, const operando_tomography_rows *rows, size_t groups, float *lines, float *scratch) {
  size_t width = whole_lanes(rows->columns), sources = groups * LANES - 1 + rows->tap_count;
  float *mixed = scratch + sources * width;
  for (size_t source = 0; source < sources; source++) {
    ptrdiff_t row = rows->first + (ptrdiff_t)source, last = (ptrdiff_t)rows->rows - 1;
    const float *from = view + (size_t)(row < 0 ? 0 : row > last ? last : row) * rows->columns;
    float *clean = scratch + source * width;
    if (!rows->extended && (row < 0 || row > last)) {
      memset(clean, 0, width * sizeof(float));
      continue;
    }
    for (size_t t = 0; t < rows->columns; t++) clean[t] = from[t] == from[t] ? from[t] : 0;
    for (size_t t = rows->columns; t < width; t++) clean[t] = 0;
  }
  for (size_t group = 0; group < groups; group++) {
    for (size_t lane = 0; lane < LANES; lane++) {
      size_t number = group * LANES + lane;
      float weight = rows->weights[number], *line = mixed + lane * width;
      const float *from = scratch + number * width;
      for (size_t t = 0; t < width; t += LANES) {
        lanes sum = {0};
        if (weight != 0) {
          for (size_t tap = 0; tap < rows->tap_count; tap++) {
            sum += rows->taps[tap] * *(const lanes *)(from + tap * width + t);
          }
        }
        *(lanes *)(line + t) = weight * sum;
      }
    }
    for (size_t t = 0; t < width; t += LANES) {
      lanes a[LANES];
      UNROLLED for (int i = 0; i < LANES; i++) a[i] = *(const lanes *)(mixed + (size_t)i * width + t);
      transpose16(a);
      UNROLLED for (int i = 0; i < LANES; i++) *(lanes *)(lines + ((t + (size_t)i) * groups + group) * LANES) = a[i];
    }
  }
}

size_t operando_tomography_filter_scratch(size_t length) { return PIECE * 4 * (length + LANES); }

// The upper lanes are the imaginary parts of what the lower are the real parts of, Z(u) = A(u) + i B(u). To move A by half
// a phase d back and B by d on,
//
//     exp(-i d) A + i exp(i d) B = cos d Z(u) - i sin d conj Z(-u).
INLINE void lean(const operando_tomography_spectrum *spectrum, float *pieces) {
  size_t length = spectrum->length;
  for (size_t u = 0; u <= length / 2; u++) {
    size_t mirror = u ? length - u : 0;
    complex_lanes a = load_piece(pieces + PIECE * u), b = load_piece(pieces + PIECE * mirror);
    const float *h = spectrum->lean_halves + 2 * u;
    complex_lanes up = {h[0] * a.re - h[1] * b.im, h[0] * a.im - h[1] * b.re};
    // At -u the sine has the other sign.
    complex_lanes down = {h[0] * b.re + h[1] * a.im, h[0] * b.im + h[1] * a.re};
    store_piece(pieces + PIECE * u, times(up, load_piece(spectrum->lean_phases + PIECE * u)));
    if (mirror != u) store_piece(pieces + PIECE * mirror, times(down, load_piece(spectrum->lean_phases + PIECE * mirror)));
  }
}

WIDE OPERANDO_CLONES void operando_tomography_filter(
    const operando_tomography_spectrum *spectrum, float *pieces, size_t count, float *first, float *second,
    float *scratch) {
  size_t length = spectrum->length, half = (length - 1) / 2;
  float *work = scratch, *middle = work + PIECE * (length + LANES), *rest = middle + PIECE * (length + LANES);
  columns_transform(spectrum->plan, pieces, middle, rest);
  if (spectrum->lean_halves) lean(spectrum, pieces);
  for (size_t quarter = 0; quarter < 4; quarter++) {
    const float *moves = spectrum->quarters + 2 * quarter * (length / 2 + 1);
    // Real and imaginary parts change places for the way back.
    for (size_t u = 0; u <= half; u++) {
      const float *f = spectrum->factors + 2 * u, *m = moves + 2 * u;
      float re = f[0] * m[0] - f[1] * m[1], im = f[0] * m[1] + f[1] * m[0];
      complex_lanes a = load_piece(pieces + PIECE * u);
      store_piece(work + PIECE * u, (complex_lanes){a.re * im + a.im * re, a.re * re - a.im * im});
      if (u == 0) continue;
      complex_lanes b = load_piece(pieces + PIECE * (length - u));
      store_piece(work + PIECE * (length - u), (complex_lanes){b.im * re - b.re * im, b.re * re + b.im * im});
    }
    if (length % 2 == 0) {
      complex_lanes a = load_piece(pieces + PIECE * (length / 2));
      float f = spectrum->highest[quarter];
      store_piece(work + PIECE * (length / 2), (complex_lanes){a.im * f, a.re * f});
    }
    columns_transform(spectrum->plan, work, middle, rest);
    for (size_t n = 0; n < count; n++) {
      complex_lanes a = load_piece(work + PIECE * n);
      *(lanes *)(first + (4 * n + quarter) * LANES) = a.im;
      *(lanes *)(second + (4 * n + quarter) * LANES) = a.re;
    }
  }
}
