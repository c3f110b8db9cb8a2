#ifndef OPERANDO_FOURIER_PASSES_H
#define OPERANDO_FOURIER_PASSES_H

#include "CKernels.h"

// The transforms as functions to be compiled into the kernels that use them.
//
// A length N = R M is taken apart twice: with n = R n1 + n2 and k = k1 + M k2,
//
//     X(k1 + M k2) = sum_n2 exp(-2 pi i n2 k2 / R) exp(-2 pi i n2 k1 / N) sum_n1 exp(-2 pi i n1 k1 / M) x(R n1 + n2).
//
// The inner transforms over n1 run in the nearest cache by the method of Stockham, whose result comes out in order
// (C. Van Loan, Computational Frameworks for the Fast Fourier Transform, SIAM 1992, section 1.7). Down columns R is a
// small radix; along a row R = 16 and n2 are the lanes. Only exp(-...) is written: the other direction is the same with
// real and imaginary parts exchanged before and after.

#define LANES OPERANDO_FOURIER_LANES
#define PIECE OPERANDO_FOURIER_PIECE
#define INLINE static inline __attribute__((always_inline))
#define UNROLLED _Pragma("clang loop unroll(full)")

#if defined(__clang__) && defined(__x86_64__)
// Sixteen lanes are one register where the processor has such; clang would halve them.
#define WIDE __attribute__((min_vector_width(512)))
#else
#define WIDE
#endif

typedef float lanes __attribute__((vector_size(4 * LANES)));
typedef float loose_lanes __attribute__((vector_size(4 * LANES), aligned(4)));

typedef struct {
  lanes re, im;
} complex_lanes;

enum { MOST_PASSES = 16 };

// The Stockham passes of a short length.
struct inner_plan {
  size_t length;
  int passes;
  int radices[MOST_PASSES];
  // For each pass the twiddles, radix complex numbers a butterfly group.
  float *twiddles[MOST_PASSES];
};

struct operando_fourier_plan {
  size_t length;
  // R above: 16 along rows.
  int outer;
  // M above.
  struct inner_plan inner;
  // exp(-2 pi i n2 k1 / N): numbers [n2][k1] down columns, a piece of lanes n2 for each k1 along rows.
  float *twiddles;
};

INLINE complex_lanes load_piece(const float *p) {
  return (complex_lanes){*(const lanes *)p, *(const lanes *)(p + LANES)};
}

INLINE void store_piece(float *p, complex_lanes a) {
  *(lanes *)p = a.re;
  *(lanes *)(p + LANES) = a.im;
}

INLINE complex_lanes plus(complex_lanes a, complex_lanes b) { return (complex_lanes){a.re + b.re, a.im + b.im}; }
INLINE complex_lanes minus(complex_lanes a, complex_lanes b) { return (complex_lanes){a.re - b.re, a.im - b.im}; }
INLINE complex_lanes times(complex_lanes a, complex_lanes b) {
  return (complex_lanes){a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
}
INLINE complex_lanes twiddled(complex_lanes a, const float *w) {
  return (complex_lanes){a.re * w[0] - a.im * w[1], a.re * w[1] + a.im * w[0]};
}
// -i a
INLINE complex_lanes turned(complex_lanes a) { return (complex_lanes){a.im, -a.re}; }

INLINE void butterfly2(complex_lanes *a) {
  complex_lanes b = a[0];
  a[0] = plus(b, a[1]);
  a[1] = minus(b, a[1]);
}

INLINE void butterfly3(complex_lanes *a) {
  const float half = 0.5f, s = 0.866025403784438647f;
  complex_lanes sum = plus(a[1], a[2]), difference = minus(a[1], a[2]);
  complex_lanes middle = {a[0].re - half * sum.re, a[0].im - half * sum.im};
  complex_lanes side = {s * difference.im, -s * difference.re};
  a[0] = plus(a[0], sum);
  a[1] = plus(middle, side);
  a[2] = minus(middle, side);
}

INLINE void butterfly4(complex_lanes *a) {
  complex_lanes b0 = plus(a[0], a[2]), b1 = minus(a[0], a[2]);
  complex_lanes b2 = plus(a[1], a[3]), b3 = turned(minus(a[1], a[3]));
  a[0] = plus(b0, b2);
  a[1] = plus(b1, b3);
  a[2] = minus(b0, b2);
  a[3] = minus(b1, b3);
}

INLINE void butterfly5(complex_lanes *a) {
  const float c1 = 0.309016994374947424f, c2 = -0.809016994374947424f;
  const float s1 = 0.951056516295153572f, s2 = 0.587785252292473129f;
  complex_lanes p1 = plus(a[1], a[4]), m1 = minus(a[1], a[4]), p2 = plus(a[2], a[3]), m2 = minus(a[2], a[3]);
  complex_lanes u1 = {a[0].re + c1 * p1.re + c2 * p2.re, a[0].im + c1 * p1.im + c2 * p2.im};
  complex_lanes u2 = {a[0].re + c2 * p1.re + c1 * p2.re, a[0].im + c2 * p1.im + c1 * p2.im};
  complex_lanes v1 = {s1 * m1.im + s2 * m2.im, -(s1 * m1.re + s2 * m2.re)};
  complex_lanes v2 = {s2 * m1.im - s1 * m2.im, -(s2 * m1.re - s1 * m2.re)};
  a[0] = plus(a[0], plus(p1, p2));
  a[1] = plus(u1, v1);
  a[2] = plus(u2, v2);
  a[3] = minus(u2, v2);
  a[4] = minus(u1, v1);
}

INLINE void butterfly8(complex_lanes *a) {
  const float c = 0.707106781186547524f;
  complex_lanes even[4], odd[4];
  UNROLLED for (int j = 0; j < 4; j++) {
    even[j] = plus(a[j], a[j + 4]);
    odd[j] = minus(a[j], a[j + 4]);
  }
  complex_lanes b = odd[1], d = odd[3];
  odd[1] = (complex_lanes){c * (b.re + b.im), c * (b.im - b.re)};
  odd[2] = turned(odd[2]);
  odd[3] = (complex_lanes){c * (d.im - d.re), -c * (d.re + d.im)};
  butterfly4(even);
  butterfly4(odd);
  UNROLLED for (int j = 0; j < 4; j++) {
    a[2 * j] = even[j];
    a[2 * j + 1] = odd[j];
  }
}

INLINE void butterfly16(complex_lanes *a) {
  static const float w[16] = {
      1, 0, 0.923879532511286756f, -0.382683432365089772f, 0.707106781186547524f, -0.707106781186547524f,
      0.382683432365089772f, -0.923879532511286756f, 0, -1, -0.382683432365089772f, -0.923879532511286756f,
      -0.707106781186547524f, -0.707106781186547524f, -0.923879532511286756f, -0.382683432365089772f};
  complex_lanes even[8], odd[8];
  UNROLLED for (int j = 0; j < 8; j++) {
    even[j] = plus(a[j], a[j + 8]);
    odd[j] = minus(a[j], a[j + 8]);
    if (j == 4) odd[j] = turned(odd[j]);
    else if (j) odd[j] = twiddled(odd[j], w + 2 * j);
  }
  butterfly8(even);
  butterfly8(odd);
  UNROLLED for (int j = 0; j < 8; j++) {
    a[2 * j] = even[j];
    a[2 * j + 1] = odd[j];
  }
}

INLINE void butterfly(const int radix, complex_lanes *a) {
  if (radix == 2) butterfly2(a);
  if (radix == 3) butterfly3(a);
  if (radix == 4) butterfly4(a);
  if (radix == 5) butterfly5(a);
  if (radix == 8) butterfly8(a);
}

// What a pass multiplies its results by.
enum pass_kind {
  // Its own twiddles: not the last pass.
  PASS_INNER,
  // A number for each place of the result.
  PASS_NUMBERS,
  // A piece for each place of the result.
  PASS_PIECES,
  // Nothing.
  PASS_PLAIN,
};

// One Stockham pass: `groups` butterfly groups of `span` butterflies. Places lie `from` floats apart in `x` and `to` in
// `y`. `before`, if given, holds a number for each place of the input of a first pass.
INLINE void pass_of(
    const int radix, const enum pass_kind kind, const float *x, size_t from, float *y, size_t to, size_t groups,
    size_t span, const float *w, const float *before) {
  for (size_t p = 0; p < groups; p++) {
    for (size_t q = 0; q < span; q++) {
      complex_lanes a[8];
      size_t in = q + span * p, step = span * groups;
      UNROLLED for (int k = 0; k < radix; k++) a[k] = load_piece(x + (in + (size_t)k * step) * from);
      if (before) {
        UNROLLED for (int k = 0; k < radix; k++) a[k] = twiddled(a[k], before + 2 * (in + (size_t)k * step));
      }
      butterfly(radix, a);
      UNROLLED for (int k = 0; k < radix; k++) {
        size_t out = q + span * ((size_t)radix * p + (size_t)k);
        complex_lanes b = a[k];
        if (kind == PASS_INNER && k > 0) b = twiddled(b, w + 2 * ((size_t)radix * p + (size_t)k));
        if (kind == PASS_NUMBERS) b = twiddled(b, w + 2 * out);
        if (kind == PASS_PIECES) b = times(b, load_piece(w + PIECE * out));
        store_piece(y + out * to, b);
      }
    }
  }
}

INLINE void pass(
    int radix, const enum pass_kind kind, const float *x, size_t from, float *y, size_t to, size_t groups, size_t span,
    const float *w, const float *before) {
  switch (radix) {
    case 8: pass_of(8, kind, x, from, y, to, groups, span, w, before); break;
    case 5: pass_of(5, kind, x, from, y, to, groups, span, w, before); break;
    case 4: pass_of(4, kind, x, from, y, to, groups, span, w, before); break;
    case 3: pass_of(3, kind, x, from, y, to, groups, span, w, before); break;
    case 2: pass_of(2, kind, x, from, y, to, groups, span, w, before); break;
    default: pass_of(1, kind, x, from, y, to, groups, span, w, before); break;
  }
}

// A short transform from `x` to `y`, which do not overlap; `scratch` holds twice its length in pieces.
INLINE void inner_transform(
    const struct inner_plan *plan, const enum pass_kind last, const float *x, size_t from, float *y, size_t to,
    const float *after, const float *before, float *scratch) {
  size_t span = 1, left = plan->length;
  for (int i = 0; i < plan->passes; i++) {
    int radix = plan->radices[i];
    left /= (size_t)radix;
    if (i + 1 == plan->passes) {
      pass(radix, last, x, from, y, to, left, span, after, before);
    } else {
      float *next = scratch + (i & 1 ? PIECE * plan->length : 0);
      pass(radix, PASS_INNER, x, from, next, PIECE, left, span, plan->twiddles[i], before);
      x = next;
      from = PIECE;
    }
    before = NULL;
    span *= (size_t)radix;
  }
}

#define SHUFFLE_PAIRS(ROWS, A, B, LOW, HIGH)                     \
  UNROLLED for (int i = 0; i < 16; i++) {                        \
    if (!(i & (ROWS))) {                                         \
      lanes low = LOW(A[i], A[i + (ROWS)]);                      \
      lanes high = HIGH(A[i], A[i + (ROWS)]);                    \
      B[i] = low;                                                \
      B[i + (ROWS)] = high;                                      \
    }                                                            \
  }
#define LOW8(A, B) __builtin_shufflevector(A, B, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
#define HIGH8(A, B) __builtin_shufflevector(A, B, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)
#define LOW4(A, B) __builtin_shufflevector(A, B, 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27)
#define HIGH4(A, B) __builtin_shufflevector(A, B, 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31)
#define LOW2(A, B) __builtin_shufflevector(A, B, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29)
#define HIGH2(A, B) __builtin_shufflevector(A, B, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31)
#define LOW1(A, B) __builtin_shufflevector(A, B, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30)
#define HIGH1(A, B) __builtin_shufflevector(A, B, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31)

// Exchanges rows and lanes of sixteen rows: blocks of 8, 4, 2 and 1 across the diagonal.
INLINE void transpose16(lanes *a) {
  lanes b[16];
  SHUFFLE_PAIRS(8, a, b, LOW8, HIGH8)
  SHUFFLE_PAIRS(4, b, a, LOW4, HIGH4)
  SHUFFLE_PAIRS(2, a, b, LOW2, HIGH2)
  SHUFFLE_PAIRS(1, b, a, LOW1, HIGH1)
}

// One row of pieces, `from` floats apart in `x`, to pieces `to` floats apart in `y`. `scratch` holds six times the row's
// length in floats and sixteen pieces.
INLINE void row_transform(
    const operando_fourier_plan *plan, const float *x, size_t from, float *y, size_t to, float *scratch) {
  size_t inner = plan->inner.length;
  // Places beyond the inner length are only ever read into lanes that are overwritten afterwards.
  float *whole = scratch + 2 * PIECE * inner;
  inner_transform(&plan->inner, PASS_PIECES, x, from, whole, PIECE, plan->twiddles, NULL, scratch);
  if (inner % LANES == 0) {
    for (size_t first = 0; first < inner; first += LANES) {
      complex_lanes a[16];
      lanes t[16];
      UNROLLED for (int i = 0; i < 16; i++) t[i] = *(const lanes *)(whole + PIECE * (first + (size_t)i));
      transpose16(t);
      UNROLLED for (int i = 0; i < 16; i++) a[i].re = t[i];
      UNROLLED for (int i = 0; i < 16; i++) t[i] = *(const lanes *)(whole + PIECE * (first + (size_t)i) + LANES);
      transpose16(t);
      UNROLLED for (int i = 0; i < 16; i++) a[i].im = t[i];
      butterfly16(a);
      float *block = y + first / LANES * to;
      size_t step = inner / LANES * to;
      UNROLLED for (int i = 0; i < 16; i++) store_piece(block + (size_t)i * step, a[i]);
    }
    return;
  }
  // The last, partly filled block first: what its spare lanes write past a run is written again by the run that follows.
  float *re = scratch, *im = scratch + LANES * inner + LANES;
  for (size_t block = (inner + LANES - 1) / LANES; block-- > 0;) {
    size_t first = block * LANES;
    complex_lanes a[16];
    lanes t[16];
    UNROLLED for (int i = 0; i < 16; i++) t[i] = *(const lanes *)(whole + PIECE * (first + (size_t)i));
    transpose16(t);
    UNROLLED for (int i = 0; i < 16; i++) a[i].re = t[i];
    UNROLLED for (int i = 0; i < 16; i++) t[i] = *(const lanes *)(whole + PIECE * (first + (size_t)i) + LANES);
    transpose16(t);
    UNROLLED for (int i = 0; i < 16; i++) a[i].im = t[i];
    butterfly16(a);
    UNROLLED for (int i = 0; i < 16; i++) {
      *(loose_lanes *)(re + first + (size_t)i * inner) = a[i].re;
      *(loose_lanes *)(im + first + (size_t)i * inner) = a[i].im;
    }
  }
  for (size_t i = 0; i < inner; i++) {
    *(lanes *)(y + to * i) = *(const loose_lanes *)(re + LANES * i);
    *(lanes *)(y + to * i + LANES) = *(const loose_lanes *)(im + LANES * i);
  }
}

// The inner transforms of sixteen columns: from places `from` floats apart to pieces [n2][k1].
INLINE void columns_inner(const operando_fourier_plan *plan, const float *x, size_t from, float *y, float *scratch) {
  size_t inner = plan->inner.length;
  for (size_t n2 = 0; n2 < (size_t)plan->outer; n2++) {
    inner_transform(
        &plan->inner, PASS_NUMBERS, x + n2 * from, from * (size_t)plan->outer, y + n2 * inner * PIECE, PIECE,
        plan->twiddles + 2 * n2 * inner, NULL, scratch);
  }
}

INLINE void outer_pass(const int radix, const operando_fourier_plan *plan, const float *y, float *x) {
  size_t inner = plan->inner.length;
  for (size_t k1 = 0; k1 < inner; k1++) {
    complex_lanes a[8];
    UNROLLED for (int n2 = 0; n2 < radix; n2++) a[n2] = load_piece(y + PIECE * (k1 + (size_t)n2 * inner));
    butterfly(radix, a);
    UNROLLED for (int k2 = 0; k2 < radix; k2++) store_piece(x + PIECE * (k1 + (size_t)k2 * inner), a[k2]);
  }
}

// Sixteen columns in place. `middle` holds as many pieces as `pieces`, `scratch` twice those of an inner transform.
INLINE void columns_transform(const operando_fourier_plan *plan, float *pieces, float *middle, float *scratch) {
  columns_inner(plan, pieces, PIECE, middle, scratch);
  switch (plan->outer) {
    case 8: outer_pass(8, plan, middle, pieces); break;
    case 5: outer_pass(5, plan, middle, pieces); break;
    case 4: outer_pass(4, plan, middle, pieces); break;
    case 3: outer_pass(3, plan, middle, pieces); break;
    case 2: outer_pass(2, plan, middle, pieces); break;
    default: outer_pass(1, plan, middle, pieces); break;
  }
}

// The mirror image of columns_inner: from pieces [n2][k1], as an outer transform over k2 left them, to places in order.
INLINE void columns_inner_back(
    const operando_fourier_plan *plan, const float *x, float *y, size_t to, float *scratch) {
  size_t inner = plan->inner.length;
  for (size_t n2 = 0; n2 < (size_t)plan->outer; n2++) {
    inner_transform(
        &plan->inner, PASS_PLAIN, x + n2 * inner * PIECE, PIECE, y + n2 * to, to * (size_t)plan->outer, NULL,
        plan->twiddles + 2 * n2 * inner, scratch);
  }
}

#endif
