#include "CKernels.h"

// An explicit vector type: a plain loop of square roots is kept one by one, because a root of a negative number would
// have to set errno.
typedef float floats __attribute__((vector_size(64), aligned(4), may_alias));

OPERANDO_CLONES void operando_square_roots(const float *values, float *roots, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    *(floats *)(roots + i) = __builtin_elementwise_sqrt(*(const floats *)(values + i));
  for (; i < count; i++) roots[i] = __builtin_sqrtf(values[i]);
}
