#include "CKernels.h"

#include <math.h>
#include <string.h>

#define LANES OPERANDO_RADON_LANES
#define INLINE static inline __attribute__((always_inline))

typedef int8_t i8lanes __attribute__((vector_size(LANES)));
typedef int16_t i16lanes __attribute__((vector_size(2 * LANES)));
typedef float f32lanes __attribute__((vector_size(4 * LANES)));
typedef int32_t i32lanes __attribute__((vector_size(4 * LANES)));

OPERANDO_CLONES int operando_radon_load(
    const float *pattern, const uint32_t *places, size_t count, size_t lane, int8_t *pixels) {
  // Sixteen sums side by side, so that the order of additions is the same on every machine.
  float sums[16] = {0}, squares[16] = {0};
  size_t whole = count / 16 * 16;
  for (size_t i = 0; i < whole; i += 16) {
    for (int k = 0; k < 16; k++) sums[k] += pattern[places[i + k]];
  }
  float sum = 0;
  for (int k = 0; k < 16; k++) sum += sums[k];
  for (size_t i = whole; i < count; i++) sum += pattern[places[i]];
  float mean = sum / (float)count;
  for (size_t i = 0; i < whole; i += 16) {
    for (int k = 0; k < 16; k++) {
      float d = pattern[places[i + k]] - mean;
      squares[k] += d * d;
    }
  }
  float square = 0;
  for (int k = 0; k < 16; k++) square += squares[k];
  for (size_t i = whole; i < count; i++) square += (pattern[places[i]] - mean) * (pattern[places[i]] - mean);
  float spread = sqrtf(square / (float)count);
  int usable = isfinite(spread) && spread > 1e-6f * fabsf(mean) && spread > 0;
  float factor = 36 / spread;
  for (size_t i = 0; i < count; i++) {
    float value = usable ? (pattern[places[i]] - mean) * factor : 0;
    value = value > 127 ? 127 : value < -127 ? -127 : value;
    pixels[i * LANES + lane] = (int8_t)(value + (value < 0 ? -0.5f : 0.5f));
  }
  return usable;
}

OPERANDO_CLONES void operando_radon_sums(
    const int8_t *pixels, const uint32_t *starts, const uint16_t *list, size_t bins, int16_t *sums) {
  const i8lanes *values = (const i8lanes *)pixels;
  for (size_t bin = 0; bin < bins; bin++) {
    i16lanes even = {0}, odd = {0};
    uint32_t i = starts[bin], end = starts[bin + 1];
    for (; i + 1 < end; i += 2) {
      even += __builtin_convertvector(values[list[i]], i16lanes);
      odd += __builtin_convertvector(values[list[i + 1]], i16lanes);
    }
    if (i < end) even += __builtin_convertvector(values[list[i]], i16lanes);
    ((i16lanes *)sums)[bin] = even + odd;
  }
}

OPERANDO_CLONES void operando_radon_means(
    const int16_t *sums, const float *factor, const float *taps, int half, int thetas, int rhos, float *means) {
  const i16lanes *all = (const i16lanes *)sums;
  for (int theta = 0; theta < thetas; theta++) {
    const i16lanes *row = all + (size_t)theta * rhos;
    for (int rho = 0; rho < rhos; rho++) {
      f32lanes total = {0};
      int first = rho < half ? -rho : -half, last = rhos - 1 - rho < half ? rhos - 1 - rho : half;
      for (int k = first; k <= last; k++) total += taps[k + half] * __builtin_convertvector(row[rho + k], f32lanes);
      size_t bin = (size_t)theta * rhos + rho;
      ((f32lanes *)means)[bin] = total * factor[bin];
    }
  }
}

// The row of an angle up to half a turn outside, and whether rho runs backwards in it.
INLINE const f32lanes *wrapped(const f32lanes *bins, int theta, int thetas, int rhos, int *backwards) {
  *backwards = theta < 0 || theta >= thetas;
  return bins + (size_t)(theta < 0 ? theta + thetas : theta >= thetas ? theta - thetas : theta) * (size_t)rhos;
}

OPERANDO_CLONES void operando_radon_responses(
    const float *means, const float *factor, const float *taps, int half, const float *filters, const int32_t *halves,
    size_t count, int thetas, int rhos, int first, int end, float *row, float *responses, double *squares) {
  f32lanes *blurred = (f32lanes *)row;
  memset(squares, 0, count * LANES * sizeof(double));
  for (int theta = 0; theta < thetas; theta++) {
    for (int k = -half; k <= half; k++) {
      int backwards;
      const f32lanes *other = wrapped((const f32lanes *)means, theta + k, thetas, rhos, &backwards);
      float tap = taps[k + half];
      if (k == -half) {
        for (int rho = 0; rho < rhos; rho++) blurred[rho] = tap * other[backwards ? rhos - 1 - rho : rho];
      } else {
        for (int rho = 0; rho < rhos; rho++) blurred[rho] += tap * other[backwards ? rhos - 1 - rho : rho];
      }
    }
    const float *weights = filters;
    for (size_t filter = 0; filter < count; filter++) {
      int reach = halves[filter];
      weights += reach;
      f32lanes *out = (f32lanes *)responses + ((size_t)filter * thetas + theta) * rhos;
      f32lanes power = {0};
      for (int rho = first; rho < end; rho++) {
        int low = rho < reach ? -rho : -reach, high = rhos - 1 - rho < reach ? rhos - 1 - rho : reach;
        f32lanes even = {0}, odd = {0};
        int k = low;
        for (; k < high; k += 2) {
          even += weights[k] * blurred[rho + k];
          odd += weights[k + 1] * blurred[rho + k + 1];
        }
        if (k == high) even += weights[k] * blurred[rho + k];
        even = (even + odd) * factor[(size_t)theta * rhos + rho];
        power += even * even;
        out[rho] = even;
      }
      for (int lane = 0; lane < LANES; lane++) squares[filter * LANES + lane] += power[lane];
      weights += reach + 1;
    }
  }
}

typedef _Bool flags __attribute__((ext_vector_type(LANES)));
typedef int32_t masks __attribute__((ext_vector_type(LANES)));

// One bit a lane of a comparison.
#define BITS(MASK)                                              \
  ({                                                            \
    flags set = __builtin_convertvector((masks)(MASK), flags);  \
    uint32_t packed;                                            \
    memcpy(&packed, &set, sizeof(packed));                      \
    packed;                                                     \
  })

OPERANDO_CLONES void operando_radon_maxima(
    const float *bins, const float *threshold, int thetas, int rhos, int first, int end, size_t capacity,
    uint32_t *found, uint32_t *counts) {
  const f32lanes *all = (const f32lanes *)bins;
  f32lanes limit;
  memcpy(&limit, threshold, sizeof(limit));
  memset(counts, 0, LANES * sizeof(uint32_t));
  if (first < 1) first = 1;
  if (end > rhos - 1) end = rhos - 1;
  for (int theta = 0; theta < thetas; theta++) {
    int backwardsBefore, backwardsAfter;
    const f32lanes *row = all + (size_t)theta * rhos;
    const f32lanes *before = wrapped(all, theta - 1, thetas, rhos, &backwardsBefore);
    const f32lanes *after = wrapped(all, theta + 1, thetas, rhos, &backwardsAfter);
    for (int rho = first; rho < end; rho++) {
      f32lanes here = row[rho];
      // Of equal neighbours the later one counts.
      i32lanes peak = (here > limit) & (here >= row[rho - 1]) & (here > row[rho + 1]);
      if (!BITS(peak)) continue;
      int b = backwardsBefore ? rhos - 1 - rho : rho, a = backwardsAfter ? rhos - 1 - rho : rho;
      peak &= (here >= before[b - 1]) & (here >= before[b]) & (here >= before[b + 1]);
      peak &= (here > after[a - 1]) & (here > after[a]) & (here > after[a + 1]);
      for (uint32_t left = BITS(peak); left; left &= left - 1) {
        int lane = __builtin_ctz(left);
        if (counts[lane] < capacity) {
          found[lane * capacity + counts[lane]++] = (uint32_t)((size_t)theta * rhos + rho);
        }
      }
    }
  }
}

typedef float f32x16 __attribute__((vector_size(64)));

OPERANDO_CLONES void operando_band_votes(
    const float *poles, size_t padded, const float *frames, size_t count, const float *detector, const float *bands,
    const float *weights, size_t n, float steepness, float threshold, float *scores) {
  const f32x16 *x = (const f32x16 *)poles, *y = (const f32x16 *)(poles + padded), *z = (const f32x16 *)(poles + 2 * padded);
  float total = 0;
  for (size_t band = 0; band < n; band++) total += weights[band];
  for (size_t i = 0; i < count; i++) {
    const float *c = frames + 9 * i;
    float m[9];
    for (int row = 0; row < 3; row++) {
      for (int column = 0; column < 3; column++) {
        m[3 * row + column] = c[row] * detector[column] + c[3 + row] * detector[3 + column] + c[6 + row] * detector[6 + column];
      }
    }
    float score = 0, left = total;
    for (size_t band = 0; band < n; band++) {
      const float *b = bands + 3 * band;
      float vx = m[0] * b[0] + m[1] * b[1] + m[2] * b[2];
      float vy = m[3] * b[0] + m[4] * b[1] + m[5] * b[2];
      float vz = m[6] * b[0] + m[7] * b[1] + m[8] * b[2];
      f32x16 largest = {0};
      for (size_t block = 0; block < padded / 16; block++) {
        f32x16 cosine = x[block] * vx + y[block] * vy + z[block] * vz;
        largest = __builtin_elementwise_max(largest, __builtin_elementwise_abs(cosine));
      }
      float part = 1 - (1 - __builtin_reduce_max(largest)) * steepness;
      score += part > 0 ? weights[band] * part : 0;
      left -= weights[band];
      if (score + left < threshold) break;
    }
    scores[i] = score;
  }
}
