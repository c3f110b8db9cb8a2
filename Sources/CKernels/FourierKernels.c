#include "FourierPasses.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

void *operando_pages(size_t bytes) {
  const size_t large = 2u << 20;
  void *memory = NULL;
  if (posix_memalign(&memory, bytes < large ? 64 : large, bytes ? bytes : 64)) return NULL;
#ifdef MADV_HUGEPAGE
  // A wish: without it a walk down columns misses in the table of pages.
  if (bytes >= large) madvise(memory, bytes, MADV_HUGEPAGE);
#endif
  return memory;
}

static float *numbers(size_t count) { return operando_pages(count * sizeof(float)); }

// exp(-2 pi i part / whole), exact to single precision whatever the size of `part`.
static void twiddle(float *w, size_t part, size_t whole) {
  double angle = -2 * M_PI * (double)(part % whole) / (double)whole;
  w[0] = (float)cos(angle);
  w[1] = (float)sin(angle);
}

// Returns 0 where the length has another prime factor or memory is short.
static int make_inner(struct inner_plan *plan, size_t length) {
  plan->length = length;
  size_t left = length;
  while (left > 1 || plan->passes == 0) {
    // 16 as 4 x 4 keeps its passes alike.
    int radix = left % 8 == 0 && left != 16 ? 8 : left % 4 == 0 ? 4 : left % 5 == 0 ? 5 : left % 3 == 0 ? 3 : 2;
    if (left == 1) radix = 1;
    if (left % (size_t)radix || plan->passes == MOST_PASSES) return 0;
    size_t groups = left / (size_t)radix;
    float *w = numbers(2 * left);
    if (!w) return 0;
    for (size_t p = 0; p < groups; p++) {
      for (size_t k = 0; k < (size_t)radix; k++) twiddle(w + 2 * (p * (size_t)radix + k), p * k, left);
    }
    plan->radices[plan->passes] = radix;
    plan->twiddles[plan->passes++] = w;
    left = groups;
  }
  return 1;
}

operando_fourier_plan *operando_fourier_make(size_t length, int along_rows) {
  if (length == 0 || (along_rows && length % LANES)) return NULL;
  operando_fourier_plan *plan = calloc(1, sizeof *plan);
  if (!plan) return NULL;
  const int outers[] = {8, 4, 5, 3, 2, 1};
  plan->length = length;
  plan->outer = LANES;
  for (int i = 0; !along_rows && i < 6; i++) {
    plan->outer = outers[i];
    if (length % (size_t)plan->outer == 0) break;
  }
  size_t outer = (size_t)plan->outer, inner = length / outer;
  plan->twiddles = numbers(2 * length);
  if (!plan->twiddles || !make_inner(&plan->inner, inner)) {
    operando_fourier_free(plan);
    return NULL;
  }
  for (size_t n2 = 0; n2 < outer; n2++) {
    for (size_t k1 = 0; k1 < inner; k1++) {
      float w[2];
      twiddle(w, n2 * k1, length);
      size_t place = along_rows ? PIECE * k1 + n2 : 2 * (n2 * inner + k1);
      plan->twiddles[place] = w[0];
      plan->twiddles[place + (along_rows ? LANES : 1)] = w[1];
    }
  }
  return plan;
}

void operando_fourier_free(operando_fourier_plan *plan) {
  if (!plan) return;
  for (int i = 0; i < plan->inner.passes; i++) free(plan->inner.twiddles[i]);
  free(plan->twiddles);
  free(plan);
}

size_t operando_fourier_scratch(const operando_fourier_plan *plan) {
  // Columns: all places twice and two of an inner transform, at most half as long. Rows need less, but a block of room.
  return PIECE * (3 * plan->length + 2 * LANES);
}

#define EVEN(A, B) \
  __builtin_shufflevector(A, B, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30)
#define ODD(A, B) \
  __builtin_shufflevector(A, B, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31)
#define FIRST(A, B) __builtin_shufflevector(A, B, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define SECOND(A, B) __builtin_shufflevector(A, B, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

// Takes sixteen interleaved numbers apart; backwards, imaginary parts first.
INLINE complex_lanes load_interleaved(const float *p, int backward) {
  lanes a = *(const loose_lanes *)p, b = *(const loose_lanes *)(p + LANES);
  lanes even = EVEN(a, b), odd = ODD(a, b);
  return backward ? (complex_lanes){odd, even} : (complex_lanes){even, odd};
}

INLINE void store_interleaved(float *p, complex_lanes a, int backward) {
  lanes even = backward ? a.im : a.re, odd = backward ? a.re : a.im;
  *(loose_lanes *)p = FIRST(even, odd);
  *(loose_lanes *)(p + LANES) = SECOND(even, odd);
}

WIDE OPERANDO_CLONES void operando_fourier_rows(
    const operando_fourier_plan *plan, float *image, size_t rows, int backward, float *scratch) {
  size_t blocks = plan->inner.length;
  float *pieces = scratch, *result = pieces + PIECE * blocks, *rest = result + PIECE * blocks;
  for (size_t row = 0; row < rows; row++) {
    float *line = image + row * 2 * plan->length;
    for (size_t i = 0; i < blocks; i++) store_piece(pieces + PIECE * i, load_interleaved(line + PIECE * i, backward));
    row_transform(plan, pieces, PIECE, result, PIECE, rest);
    for (size_t i = 0; i < blocks; i++) store_interleaved(line + PIECE * i, load_piece(result + PIECE * i), backward);
  }
}

WIDE OPERANDO_CLONES void operando_fourier_columns(
    const operando_fourier_plan *plan, float *image, size_t columns, int backward, float *scratch) {
  size_t rows = plan->length;
  float *pieces = scratch, *middle = pieces + PIECE * rows, *rest = middle + PIECE * rows;
  for (size_t first = 0; first < columns; first += LANES) {
    size_t width = columns - first < LANES ? columns - first : LANES;
    float *corner = image + 2 * first;
    for (size_t row = 0; row < rows; row++) {
      float *line = corner + row * 2 * columns;
      if (width == LANES) {
        store_piece(pieces + PIECE * row, load_interleaved(line, backward));
      } else {
        float part[PIECE] = {0};
        memcpy(part, line, 2 * width * sizeof(float));
        store_piece(pieces + PIECE * row, load_interleaved(part, backward));
      }
    }
    columns_transform(plan, pieces, middle, rest);
    for (size_t row = 0; row < rows; row++) {
      float *line = corner + row * 2 * columns;
      if (width == LANES) {
        store_interleaved(line, load_piece(pieces + PIECE * row), backward);
      } else {
        float part[PIECE];
        store_interleaved(part, load_piece(pieces + PIECE * row), backward);
        memcpy(line, part, 2 * width * sizeof(float));
      }
    }
  }
}
