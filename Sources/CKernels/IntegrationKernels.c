#include "CKernels.h"

#include <string.h>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#define INLINE static inline __attribute__((always_inline))

typedef int64_t i64x2 __attribute__((vector_size(16)));
typedef int64_t i64x4 __attribute__((vector_size(32)));
typedef uint64_t u64x4 __attribute__((vector_size(32)));
typedef double f64x2 __attribute__((vector_size(16)));
typedef double f64x4 __attribute__((vector_size(32)));

// One kernel for each way to store a pixel: the sums of whole pixels, those of whole pixels in many bins, those of shared
// ones, the family of the latter.
#define ALL_TYPES(KERNEL)                              \
  KERNEL(u8, uint8_t, uint32_t, int64_t, i64)          \
  KERNEL(i8, int8_t, int32_t, int64_t, i64)            \
  KERNEL(u16, uint16_t, uint32_t, int64_t, i64)        \
  KERNEL(i16, int16_t, int32_t, int64_t, i64)          \
  KERNEL(u32, uint32_t, int64_t, int64_t, f64)         \
  KERNEL(i32, int32_t, int64_t, int64_t, f64)          \
  KERNEL(u64, uint64_t, double, double, f64)           \
  KERNEL(i64, int64_t, double, double, f64)            \
  KERNEL(f32, float, double, double, f64)              \
  KERNEL(f64, double, double, double, f64)

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
#define VALIDITY(NAME, T, WHOLE_SUM, WIDE_SUM, F)                                                                       \
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
#define AHEAD 2048
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

#define WHOLE(NAME, T, WHOLE_SUM, WIDE_SUM, F)                                                                  \
  static void whole_##NAME(                                                                                     \
      const void *pixels, const uint16_t *bins, size_t count, void *sums, size_t stride) {                      \
    WHOLE_BODY(T, WHOLE_SUM, IS_FLOATING(WHOLE_SUM) ? 1 : 4)                                                    \
  }                                                                                                             \
  static void whole_wide_##NAME(                                                                                \
      const void *pixels, const uint32_t *bins, size_t count, void *sums, size_t stride) {                      \
    WHOLE_BODY(T, WIDE_SUM, IS_FLOATING(WIDE_SUM) ? 1 : 2)                                                      \
  }                                                                                                             \
  static void collect_whole_##NAME(void *sums, size_t stride, double *totals) {                                 \
    COLLECT(WHOLE_SUM, 4)                                                                                       \
  }                                                                                                             \
  static void collect_whole_wide_##NAME(void *sums, size_t stride, double *totals) {                            \
    COLLECT(WIDE_SUM, 2)                                                                                        \
  }

#define COLLECT(SUM, TABLES)                                                                \
  SUM *t = sums;                                                                            \
  for (size_t k = 0; k < TABLES; k++)                                                       \
    for (size_t b = 0; b < stride; b++) totals[b] += (double)t[k * stride + b];             \
  memset(sums, 0, TABLES * stride * sizeof(SUM));

ALL_TYPES(WHOLE)

void operando_add_whole(
    enum operando_pixel type, const void *pixels, const uint16_t *bins, size_t count, void *sums, size_t stride) {
  DISPATCH(whole, pixels, bins, count, sums, stride)
}

void operando_collect_whole(enum operando_pixel type, void *sums, size_t stride, double *totals) {
  DISPATCH(collect_whole, sums, stride, totals)
}

void operando_add_whole_wide(
    enum operando_pixel type, const void *pixels, const uint32_t *bins, size_t count, void *sums, size_t stride) {
  DISPATCH(whole_wide, pixels, bins, count, sums, stride)
}

void operando_collect_whole_wide(enum operando_pixel type, void *sums, size_t stride, double *totals) {
  DISPATCH(collect_whole_wide, sums, stride, totals)
}

// MARK: - Shared pixels

// A pixel is added as a vector: one multiplication by its value, one addition to memory. A pixel of at most 16 bits and a
// share of 24 both fit half a lane; saying so gives the fast product. Shares of doubles carry their unit, 2^-24.
typedef int64_t i64_sum;
typedef double f64_sum;
#define LOW(x) ((x) & (int64_t)0xffffffff)
#define i64_TIMES(share, v) (LOW(share) * LOW(v))
#define f64_TIMES(share, v) (__builtin_convertvector(share, __typeof__(*sum)) * (v))

// Bits of a word, to each place those behind `SHIFT` and under `MASK`.
#define FIELDS(SHIFT, MASK) ((i64x4)(((word - (u64x4){}) >> SHIFT) & MASK))
#define PLACES(A, B, C, D) ((u64x4){A, B, C, D})
#define SHARE 0xffffffUL

// Four pixels are widened at once and each is then spread over the lanes of a register; the word of a pixel is read once,
// for its place and its lanes. What limits these loops is how often they touch memory, even where the cache answers.
// `STEP` adds the pixel that fills the lanes of `v4` and `v2`, with its `word`.
#define SHARE_STEP_AT(F, STEP, FOUR, K)                                 \
  {                                                                     \
    F##x4 v4 = __builtin_shufflevector(FOUR, FOUR, K, K, K, K);         \
    F##x2 v2 = __builtin_shufflevector(FOUR, FOUR, K, K);               \
    uint64_t word = words[K];                                           \
    (void)v4, (void)v2;                                                 \
    STEP(F)                                                             \
  }

#define FOUR_SHARE_STEPS(T, F, STEP, FIRST)                             \
  {                                                                     \
    const uint64_t *words = shares + FIRST;                             \
    narrow4 four = LOAD(narrow4, (const char *)pixels + (FIRST) * sizeof(T), 0); \
    F##x4 wide = __builtin_convertvector(four, F##x4);                  \
    SHARE_STEP_AT(F, STEP, wide, 0)                                     \
    SHARE_STEP_AT(F, STEP, wide, 1)                                     \
    SHARE_STEP_AT(F, STEP, wide, 2)                                     \
    SHARE_STEP_AT(F, STEP, wide, 3)                                     \
  }

#define SHARE_LOOP(T, F, STEP)                                          \
  typedef T narrow4 __attribute__((vector_size(4 * sizeof(T))));        \
  size_t i = 0;                                                         \
  for (; i + 8 <= count; i += 8) {                                      \
    PREFETCH(shares + i);                                               \
    FOUR_SHARE_STEPS(T, F, STEP, i)                                     \
    FOUR_SHARE_STEPS(T, F, STEP, i + 4)                                 \
  }                                                                     \
  for (; i < count; i++) {                                              \
    F##_sum v = (F##_sum)LOAD(T, pixels, i);                            \
    F##x4 v4 = v - (F##x4){};                                           \
    F##x2 v2 = v - (F##x2){};                                           \
    uint64_t word = shares[i];                                          \
    (void)v4, (void)v2;                                                 \
    STEP(F)                                                             \
  }

// The bin is multiplied like the shares: one operation less than a constant in its place, and what it is multiplied by can
// be divided out, for it is the same in all pixels of a sum.
#define SHARED_FIELDS FIELDS(PLACES(0, 16, 40, 16), PLACES(0xffff, SHARE, SHARE, SHARE))

#define SHARED_STEP(F)                               \
  F##x4 *sum = (F##x4 *)sums + (word & 0xffff);      \
  *sum += F##_TIMES(SHARED_FIELDS, v4);

// Products of two shares are rounded down to the unit.
#define SHARED_PRODUCTS_STEP(F)                                                              \
  F##x4 *sum = (F##x4 *)sums + 2 * (word & 0xffff);                                          \
  i64x4 share = SHARED_FIELDS;                                                               \
  i64x4 other = FIELDS(PLACES(0, 16, 40, 40), PLACES(0, SHARE, SHARE, SHARE));               \
  i64x4 product = (i64x4)((u64x4)(LOW(share) * LOW(other)) >> 24);                           \
  sum[0] += F##_TIMES(share, v4);                                                            \
  sum[1] += F##_TIMES(product, v4);

#define PAIRED_STEP(F)                                             \
  F##x2 *sum = (F##x2 *)sums + (word & 0xffffffff);                \
  i64x2 share = {1, (int64_t)(word >> 32)};                        \
  *sum += F##_TIMES(share, v2);

#define PAIRED_PRODUCTS_STEP(F)                                    \
  F##x4 *sum = (F##x4 *)sums + (word & 0xffffffff);                \
  int64_t d = (int64_t)(word >> 32);                               \
  i64x4 share = {1, d, (d * d) >> 24, 0};                           \
  *sum += F##_TIMES(share, v4);

#define SHARED(NAME, T, WHOLE_SUM, WIDE_SUM, F)                                                                \
  OPERANDO_CLONES static void shared_##NAME(                                                                   \
      const void *pixels, const uint64_t *shares, size_t count, void *sums) {                                  \
    SHARE_LOOP(T, F, SHARED_STEP)                                                                              \
  }                                                                                                            \
  OPERANDO_CLONES static void shared_products_##NAME(                                                          \
      const void *pixels, const uint64_t *shares, size_t count, void *sums) {                                  \
    SHARE_LOOP(T, F, SHARED_PRODUCTS_STEP)                                                                     \
  }                                                                                                            \
  OPERANDO_CLONES static void paired_##NAME(                                                                   \
      const void *pixels, const uint64_t *shares, size_t count, void *sums) {                                  \
    SHARE_LOOP(T, F, PAIRED_STEP)                                                                              \
  }                                                                                                            \
  OPERANDO_CLONES static void paired_products_##NAME(                                                          \
      const void *pixels, const uint64_t *shares, size_t count, void *sums) {                                  \
    SHARE_LOOP(T, F, PAIRED_PRODUCTS_STEP)                                                                     \
  }                                                                                                            \
  static void collect_shared_##NAME(void *sums, size_t count, double *totals) {                                \
    F##_sum *t = sums;                                                                                         \
    for (size_t b = 0; b < count; b++) totals[b] += (double)t[b];                                              \
    memset(sums, 0, count * sizeof(F##_sum));                                                                  \
  }
ALL_TYPES(SHARED)

void operando_add_shared(
    enum operando_pixel type, const void *pixels, const uint64_t *shares, size_t count, void *sums) {
  DISPATCH(shared, pixels, shares, count, sums)
}

void operando_add_shared_products(
    enum operando_pixel type, const void *pixels, const uint64_t *shares, size_t count, void *sums) {
  DISPATCH(shared_products, pixels, shares, count, sums)
}

void operando_add_paired(
    enum operando_pixel type, const void *pixels, const uint64_t *shares, size_t count, void *sums) {
  DISPATCH(paired, pixels, shares, count, sums)
}

void operando_add_paired_products(
    enum operando_pixel type, const void *pixels, const uint64_t *shares, size_t count, void *sums) {
  DISPATCH(paired_products, pixels, shares, count, sums)
}

void operando_collect_shared(enum operando_pixel type, void *sums, size_t count, double *totals) {
  DISPATCH(collect_shared, sums, count, totals)
}

void operando_prefer_large_pages(void *memory, size_t size) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
  const uintptr_t page = 1 << 21;
  uintptr_t first = ((uintptr_t)memory + page - 1) & ~(page - 1), last = ((uintptr_t)memory + size) & ~(page - 1);
  if (first < last) madvise((void *)first, last - first, MADV_HUGEPAGE);
#else
  (void)memory;
  (void)size;
#endif
}
