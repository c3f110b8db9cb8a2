#include "CKernels.h"

#include <string.h>

#define INLINE static inline __attribute__((always_inline))

typedef uint16_t u16x2 __attribute__((vector_size(4), aligned(2)));
typedef uint16_t u16x4 __attribute__((vector_size(8), aligned(2)));
typedef uint32_t u32x4 __attribute__((vector_size(16)));
typedef int64_t i64x2 __attribute__((vector_size(16)));
typedef int64_t i64x4 __attribute__((vector_size(32)));
typedef int64_t i64x8 __attribute__((vector_size(64)));
typedef double f64x2 __attribute__((vector_size(16)));
typedef double f64x4 __attribute__((vector_size(32)));
typedef double f64x8 __attribute__((vector_size(64)));

// Products of a share and a pixel of at most 32 bits. Saying that both factors fit half a lane gives the fast product.
#define LOW(x) ((x) & 0xffffffff)
#define NARROW_PRODUCT(share, v) (LOW(share) * LOW(v))
#define PRODUCT(share, v) ((share) * (v))

// One kernel for each way to store a pixel: the sums of whole pixels, those of shared ones, their vectors, the product.
#define ALL_TYPES(KERNEL)                                                \
  KERNEL(u8, uint8_t, uint32_t, int64_t, i64, NARROW_PRODUCT)            \
  KERNEL(i8, int8_t, int32_t, int64_t, i64, PRODUCT)                     \
  KERNEL(u16, uint16_t, uint32_t, int64_t, i64, NARROW_PRODUCT)          \
  KERNEL(i16, int16_t, int32_t, int64_t, i64, PRODUCT)                   \
  KERNEL(u32, uint32_t, int64_t, int64_t, i64, NARROW_PRODUCT)           \
  KERNEL(i32, int32_t, int64_t, int64_t, i64, PRODUCT)                   \
  KERNEL(u64, uint64_t, double, double, f64, PRODUCT)                    \
  KERNEL(i64, int64_t, double, double, f64, PRODUCT)                     \
  KERNEL(f32, float, double, double, f64, PRODUCT)                       \
  KERNEL(f64, double, double, double, f64, PRODUCT)

#define DISPATCH(FUNCTION, ...)                        \
  switch (type) {                                      \
    case OPERANDO_U8: return FUNCTION##_u8(__VA_ARGS__);   \
    case OPERANDO_I8: return FUNCTION##_i8(__VA_ARGS__);   \
    case OPERANDO_U16: return FUNCTION##_u16(__VA_ARGS__); \
    case OPERANDO_I16: return FUNCTION##_i16(__VA_ARGS__); \
    case OPERANDO_U32: return FUNCTION##_u32(__VA_ARGS__); \
    case OPERANDO_I32: return FUNCTION##_i32(__VA_ARGS__); \
    case OPERANDO_U64: return FUNCTION##_u64(__VA_ARGS__); \
    case OPERANDO_I64: return FUNCTION##_i64(__VA_ARGS__); \
    case OPERANDO_F32: return FUNCTION##_f32(__VA_ARGS__); \
    case OPERANDO_F64: return FUNCTION##_f64(__VA_ARGS__); \
  }

#define LOAD(T, POINTER, INDEX)                                                          \
  ({                                                                                     \
    T loaded;                                                                            \
    memcpy(&loaded, (const char *)(POINTER) + (size_t)(INDEX) * sizeof(T), sizeof(T));   \
    loaded;                                                                              \
  })

// MARK: - Which pixels are valid

// Limits beyond the range of a type are moved to its ends; comparisons then stay in the type and vectorise.
#define VALIDITY(NAME, T, WHOLE, SUM, V, TIMES)                                                                       \
  OPERANDO_CLONES static int all_valid_##NAME(                                                               \
      const void *pixels, size_t count, const struct operando_valid_range *range) {                          \
    T low = limit_##NAME(range->low), high = limit_##NAME(range->high);                                      \
    int bad = 0;                                                                                             \
    for (size_t i = 0; i < count; i++) {                                                                     \
      T v = LOAD(T, pixels, i);                                                                              \
      bad |= !(v >= low && v <= high);                                                                       \
    }                                                                                                        \
    for (int k = 0; k < range->exception_count; k++) {                                                       \
      T exception = limit_##NAME(range->exceptions[k]);                                                      \
      if ((double)exception != range->exceptions[k]) continue;                                               \
      for (size_t i = 0; i < count; i++) bad |= LOAD(T, pixels, i) == exception;                             \
    }                                                                                                        \
    return !bad;                                                                                             \
  }                                                                                                          \
  static size_t copy_valid_##NAME(                                                                           \
      const void *pixels, size_t count, const struct operando_valid_range *range, void *copy,                \
      uint32_t *left_out) {                                                                                  \
    T low = limit_##NAME(range->low), high = limit_##NAME(range->high);                                      \
    size_t found = 0;                                                                                        \
    for (size_t i = 0; i < count; i++) {                                                                     \
      T v = LOAD(T, pixels, i);                                                                              \
      int bad = !(v >= low && v <= high);                                                                    \
      for (int k = 0; k < range->exception_count; k++) bad |= (double)v == range->exceptions[k];             \
      if (bad) {                                                                                             \
        left_out[found++] = (uint32_t)i;                                                                     \
        v = 0;                                                                                               \
      }                                                                                                      \
      ((T *)copy)[i] = v;                                                                                    \
    }                                                                                                        \
    return found;                                                                                            \
  }                                                                                                          \
  OPERANDO_CLONES static void copy_floored_##NAME(const void *pixels, size_t count, int floor, void *copy) { \
    T least = limit_##NAME(floor);                                                                           \
    for (size_t i = 0; i < count; i++) {                                                                     \
      T v = LOAD(T, pixels, i);                                                                              \
      ((T *)copy)[i] = v < least ? least : v;                                                                \
    }                                                                                                        \
  }

#define INTEGER_LIMIT(NAME, T, LEAST, GREATEST) \
  INLINE T limit_##NAME(double x) { return x <= (double)(LEAST) ? (LEAST) : x >= (double)(GREATEST) ? (GREATEST) : (T)x; }
INTEGER_LIMIT(u8, uint8_t, 0, UINT8_MAX)
INTEGER_LIMIT(i8, int8_t, INT8_MIN, INT8_MAX)
INTEGER_LIMIT(u16, uint16_t, 0, UINT16_MAX)
INTEGER_LIMIT(i16, int16_t, INT16_MIN, INT16_MAX)
INTEGER_LIMIT(u32, uint32_t, 0, UINT32_MAX)
INTEGER_LIMIT(i32, int32_t, INT32_MIN, INT32_MAX)
INTEGER_LIMIT(u64, uint64_t, 0, UINT64_MAX)
INTEGER_LIMIT(i64, int64_t, INT64_MIN, INT64_MAX)
INLINE float limit_f32(double x) { return (float)x; }
INLINE double limit_f64(double x) { return x; }

ALL_TYPES(VALIDITY)

int operando_all_valid(
    enum operando_pixel type, const void *pixels, size_t count, const struct operando_valid_range *range) {
  DISPATCH(all_valid, pixels, count, range)
  return 0;
}

size_t operando_copy_valid(
    enum operando_pixel type, const void *pixels, size_t count, const struct operando_valid_range *range, void *copy,
    uint32_t *left_out) {
  DISPATCH(copy_valid, pixels, count, range, copy, left_out)
  return 0;
}

void operando_copy_floored(enum operando_pixel type, const void *pixels, size_t count, int floor, void *copy) {
  DISPATCH(copy_floored, pixels, count, floor, copy)
}

// MARK: - One bin a pixel

// Far enough ahead that main memory has answered, near enough that the cache still holds it.
#define AHEAD 1024
#define PREFETCH(POINTER) __builtin_prefetch((const char *)(POINTER) + AHEAD)

// Tables in turn keep one addition from waiting for the one before.
#define WHOLE_BODY(T, SUM, TABLES)                                              \
  SUM *t = sums;                                                                \
  size_t i = 0;                                                                 \
  for (; i + 8 <= count; i += 8) {                                              \
    PREFETCH(bins + i);                                                         \
    for (size_t k = 0; k < 8; k++)                                              \
      t[(k % (TABLES)) * stride + bins[i + k]] += (SUM)LOAD(T, pixels, i + k);  \
  }                                                                             \
  for (; i < count; i++) t[bins[i]] += (SUM)LOAD(T, pixels, i);

#define IS_FLOATING(SUM) ((SUM)0.5 != 0)

#define WHOLE(NAME, T, WHOLE_SUM, SUM, V, TIMES)                                                                \
  static void whole_##NAME(                                                                                     \
      const void *pixels, const uint16_t *bins, size_t count, void *sums, size_t stride) {       \
    WHOLE_BODY(T, WHOLE_SUM, IS_FLOATING(WHOLE_SUM) ? 1 : 4)                                                                                 \
  }                                                                                                             \
  static void whole_wide_##NAME(                                                                                \
      const void *pixels, const uint32_t *bins, size_t count, void *sums, size_t stride) {       \
    WHOLE_BODY(T, SUM, IS_FLOATING(SUM) ? 1 : 2)                                                                                       \
  }                                                                                                             \
  static void collect_whole_##NAME(void *sums, size_t stride, double *totals) {                                 \
    WHOLE_SUM *t = sums;                                                                                        \
    for (size_t k = 0; k < 4; k++)                                                                              \
      for (size_t b = 0; b < stride; b++) totals[b] += (double)t[k * stride + b];                               \
    memset(sums, 0, 4 * stride * sizeof(WHOLE_SUM));                                                            \
  }                                                                                                             \
  static void collect_##NAME(void *sums, size_t count, double *totals) {                                        \
    SUM *t = sums;                                                                                              \
    for (size_t b = 0; b < count; b++) totals[b] += (double)t[b];                                               \
    memset(sums, 0, count * sizeof(SUM));                                                                       \
  }
ALL_TYPES(WHOLE)

void operando_add_whole(
    enum operando_pixel type, const void *pixels, const uint16_t *bins, size_t count, void *sums,
    size_t stride) {
  DISPATCH(whole, pixels, bins, count, sums, stride)
}

void operando_collect_whole(enum operando_pixel type, void *sums, size_t stride, double *totals) {
  DISPATCH(collect_whole, sums, stride, totals)
}

void operando_add_whole_wide(
    enum operando_pixel type, const void *pixels, const uint32_t *bins, size_t count, void *sums,
    size_t stride) {
  DISPATCH(whole_wide, pixels, bins, count, sums, stride)
}

void operando_collect(enum operando_pixel type, void *sums, size_t count, double *totals) {
  DISPATCH(collect, sums, count, totals)
}

// MARK: - Shared pixels

// Eight pixels are widened at once and stored, so that a multiplication can read one into all its lanes; the compiler
// must not see through it. `STEP` adds the pixel at `words[k]` whose value is `v`.
#define SHARE_LOOP(T, SUM, STEP)                                   \
  size_t i = 0;                                                    \
  for (; i + 8 <= count; i += 8) {                                 \
    PREFETCH(shares + i);                                          \
    SUM wide[8] __attribute__((aligned(64)));                      \
    for (size_t k = 0; k < 8; k++) wide[k] = (SUM)LOAD(T, pixels, i + k); \
    __asm__ volatile("" ::: "memory");                             \
    const uint64_t *words = shares + i;                            \
    _Pragma("clang loop unroll(full)") for (size_t k = 0; k < 8; k++) { \
      SUM v = wide[k];                                             \
      STEP                                                         \
    }                                                              \
  }                                                                \
  for (; i < count; i++) {                                         \
    const uint64_t *words = shares + i;                            \
    SUM v = (SUM)LOAD(T, pixels, i);                               \
    const size_t k = 0;                                            \
    STEP                                                           \
  }

// The word is widened as it is: the first of four places, which gets the bin times the pixel, means nothing.
#define SHARED_STEP(V, TIMES)                                                    \
  u16x4 lanes = LOAD(u16x4, words, k);                                           \
  V##x4 *sum = (V##x4 *)sums + (words[k] & 0xffff);                              \
  *sum += TIMES(__builtin_convertvector(lanes, V##x4), (v - (V##x4){}));

#define SHARED_SQUARES_STEP(V, TIMES)                                                      \
  u16x4 lanes = LOAD(u16x4, words, k);                                                              \
  u32x4 long_lanes = __builtin_convertvector(lanes, u32x4);                                         \
  u16x4 squares = __builtin_convertvector((long_lanes * long_lanes) >> 16, u16x4);                  \
  V##x8 *sum = (V##x8 *)sums + (words[k] & 0xffff);                                                 \
  V##x8 both = __builtin_convertvector(__builtin_shufflevector(lanes, squares, 0, 1, 2, 3, 4, 5, 6, 7), V##x8); \
  *sum += TIMES(both, (v - (V##x8){}));

#define PAIRED_STEP(V, TIMES)                                                    \
  u16x2 lanes = LOAD(u16x2, words, 2 * k + 1);                                   \
  V##x2 *sum = (V##x2 *)sums + (words[k] & 0xffffffff);                          \
  *sum += TIMES(__builtin_convertvector(lanes, V##x2), (v - (V##x2){}));

#define PAIRED_SQUARES_STEP(V, TIMES)                                                      \
  uint64_t s = (words[k] >> 32) & 0xffff, t = words[k] >> 48;                                       \
  u16x4 lanes = {(uint16_t)s, (uint16_t)t, (uint16_t)(s * s >> 16), (uint16_t)(t * t >> 16)};       \
  V##x4 *sum = (V##x4 *)sums + (words[k] & 0xffffffff);                                             \
  *sum += TIMES(__builtin_convertvector(lanes, V##x4), (v - (V##x4){}));

#define SHARED(NAME, T, WHOLE_SUM, SUM, V, TIMES)                                                                 \
  OPERANDO_CLONES static void shared_##NAME(                                                                      \
      const void *pixels, const uint64_t *shares, size_t count, void *sums) {                                     \
    SHARE_LOOP(T, SUM, SHARED_STEP(V, TIMES))                                                                     \
  }                                                                                                               \
  OPERANDO_CLONES static void shared_squares_##NAME(                                                              \
      const void *pixels, const uint64_t *shares, size_t count, void *sums) {                      \
    SHARE_LOOP(T, SUM, SHARED_SQUARES_STEP(V, TIMES))                                                               \
  }                                                                                                               \
  OPERANDO_CLONES static void paired_##NAME(                                                                      \
      const void *pixels, const uint64_t *shares, size_t count, void *sums) {                                     \
    SHARE_LOOP(T, SUM, PAIRED_STEP(V, TIMES))                                                                     \
  }                                                                                                               \
  OPERANDO_CLONES static void paired_squares_##NAME(                                                              \
      const void *pixels, const uint64_t *shares, size_t count, void *sums) {                      \
    SHARE_LOOP(T, SUM, PAIRED_SQUARES_STEP(V, TIMES))                                                               \
  }
ALL_TYPES(SHARED)

void operando_add_shared(
    enum operando_pixel type, const void *pixels, const uint64_t *shares, size_t count, void *sums) {
  DISPATCH(shared, pixels, shares, count, sums)
}

void operando_add_shared_squares(
    enum operando_pixel type, const void *pixels, const uint64_t *shares, size_t count, void *sums) {
  DISPATCH(shared_squares, pixels, shares, count, sums)
}

void operando_add_paired(
    enum operando_pixel type, const void *pixels, const uint64_t *shares, size_t count, void *sums) {
  DISPATCH(paired, pixels, shares, count, sums)
}

void operando_add_paired_squares(
    enum operando_pixel type, const void *pixels, const uint64_t *shares, size_t count, void *sums) {
  DISPATCH(paired_squares, pixels, shares, count, sums)
}
