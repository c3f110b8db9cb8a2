#include "CKernels.h"

#include <string.h>

// Two lanes of 16 bytes: what AVX2 holds in one register, and what other machines split in two.
typedef uint8_t bytes32 __attribute__((vector_size(32)));
typedef uint8_t loose32 __attribute__((vector_size(32), aligned(1)));
typedef uint8_t loose16 __attribute__((vector_size(16), aligned(1)));
typedef uint64_t words32 __attribute__((vector_size(32)));

// Interleaves units of 1, 2, 4 or 8 bytes of the lower or upper halves of each lane.
#define LOW1(a, b)                                                                                                     \
  __builtin_shufflevector(a, b, 0, 32, 1, 33, 2, 34, 3, 35, 4, 36, 5, 37, 6, 38, 7, 39, 16, 48, 17, 49, 18, 50, 19,    \
                          51, 20, 52, 21, 53, 22, 54, 23, 55)
#define HIGH1(a, b)                                                                                                    \
  __builtin_shufflevector(a, b, 8, 40, 9, 41, 10, 42, 11, 43, 12, 44, 13, 45, 14, 46, 15, 47, 24, 56, 25, 57, 26, 58,  \
                          27, 59, 28, 60, 29, 61, 30, 62, 31, 63)
#define LOW2(a, b)                                                                                                     \
  __builtin_shufflevector(a, b, 0, 1, 32, 33, 2, 3, 34, 35, 4, 5, 36, 37, 6, 7, 38, 39, 16, 17, 48, 49, 18, 19, 50,    \
                          51, 20, 21, 52, 53, 22, 23, 54, 55)
#define HIGH2(a, b)                                                                                                    \
  __builtin_shufflevector(a, b, 8, 9, 40, 41, 10, 11, 42, 43, 12, 13, 44, 45, 14, 15, 46, 47, 24, 25, 56, 57, 26, 27,  \
                          58, 59, 28, 29, 60, 61, 30, 31, 62, 63)
#define LOW4(a, b)                                                                                                     \
  __builtin_shufflevector(a, b, 0, 1, 2, 3, 32, 33, 34, 35, 4, 5, 6, 7, 36, 37, 38, 39, 16, 17, 18, 19, 48, 49, 50,    \
                          51, 20, 21, 22, 23, 52, 53, 54, 55)
#define HIGH4(a, b)                                                                                                    \
  __builtin_shufflevector(a, b, 8, 9, 10, 11, 40, 41, 42, 43, 12, 13, 14, 15, 44, 45, 46, 47, 24, 25, 26, 27, 56, 57,  \
                          58, 59, 28, 29, 30, 31, 60, 61, 62, 63)
#define LOW8(a, b)                                                                                                     \
  __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 32, 33, 34, 35, 36, 37, 38, 39, 16, 17, 18, 19, 20, 21, 22,    \
                          23, 48, 49, 50, 51, 52, 53, 54, 55)
#define HIGH8(a, b)                                                                                                    \
  __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 40, 41, 42, 43, 44, 45, 46, 47, 24, 25, 26, 27, 28, 29,  \
                          30, 31, 56, 57, 58, 59, 60, 61, 62, 63)

// Exchanges the bits above the mask of `a` with those under it of `b`.
#define EXCHANGE(a, b, shift, mask)                                                                                    \
  {                                                                                                                    \
    words32 t = (((words32)(a) >> (shift)) ^ (words32)(b)) & (mask);                                                   \
    b = (bytes32)((words32)(b) ^ t);                                                                                   \
    a = (bytes32)((words32)(a) ^ (t << (shift)));                                                                      \
  }

// One byte of 256 elements from 8 rows: register q of the result holds, in lane l, columns 16 l + 2 q and the next, 8
// elements each.
static inline __attribute__((always_inline)) void byte_plane(const uint8_t *in, size_t stride, bytes32 out[8]) {
  bytes32 r[8];
  for (int k = 0; k < 8; k++) r[k] = (bytes32) * (const loose32 *)(in + (size_t)k * stride);
  const words32 m1 = (words32){} + 0x5555555555555555ull;
  const words32 m2 = (words32){} + 0x3333333333333333ull;
  const words32 m4 = (words32){} + 0x0f0f0f0f0f0f0f0full;
  // An 8 x 8 transposition of bits across the registers, for every byte at once: bit i of row k becomes bit k of
  // register i.
  for (int k = 0; k < 8; k += 2) EXCHANGE(r[k], r[k + 1], 1, m1)
  for (int k = 0; k < 8; k += (k & 1) ? 3 : 1) EXCHANGE(r[k], r[k + 2], 2, m2)
  for (int k = 0; k < 4; k++) EXCHANGE(r[k], r[k + 4], 4, m4)
  // Register i now holds element i of every column; interleave to elements in order.
  bytes32 a0 = LOW1(r[0], r[1]), a1 = LOW1(r[2], r[3]), a2 = LOW1(r[4], r[5]), a3 = LOW1(r[6], r[7]);
  bytes32 b0 = HIGH1(r[0], r[1]), b1 = HIGH1(r[2], r[3]), b2 = HIGH1(r[4], r[5]), b3 = HIGH1(r[6], r[7]);
  bytes32 c0 = LOW2(a0, a1), c1 = LOW2(a2, a3), d0 = HIGH2(a0, a1), d1 = HIGH2(a2, a3);
  bytes32 e0 = LOW2(b0, b1), e1 = LOW2(b2, b3), f0 = HIGH2(b0, b1), f1 = HIGH2(b2, b3);
  out[0] = LOW4(c0, c1), out[1] = HIGH4(c0, c1), out[2] = LOW4(d0, d1), out[3] = HIGH4(d0, d1);
  out[4] = LOW4(e0, e1), out[5] = HIGH4(e0, e1), out[6] = LOW4(f0, f1), out[7] = HIGH4(f0, f1);
}

// Stores the two lanes of a register at two places; a macro, since a function would pass the register by another ABI in
// each of the clones.
#define STORE(low, high, value)                                                                                        \
  {                                                                                                                    \
    bytes32 v = (value);                                                                                               \
    *(loose16 *)(low) =                                                                                                \
        (loose16)__builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);                  \
    *(loose16 *)(high) =                                                                                               \
        (loose16)__builtin_shufflevector(v, v, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31);        \
  }

// 8 elements from byte `column` of every row, for any size of an element.
static inline void unshuffle_column(uint8_t *out, const uint8_t *in, size_t column, size_t stride, size_t size) {
  for (size_t b = 0; b < size; b++) {
    uint64_t x = 0;
    for (size_t k = 0; k < 8; k++) x |= (uint64_t)in[(8 * b + k) * stride + column] << 8 * k;
    uint64_t t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aaull;
    x ^= t ^ (t << 7);
    t = (x ^ (x >> 14)) & 0x0000cccc0000ccccull;
    x ^= t ^ (t << 14);
    t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0ull;
    x ^= t ^ (t << 28);
    for (size_t i = 0; i < 8; i++) out[(8 * column + i) * size + b] = (uint8_t)(x >> 8 * i);
  }
}

OPERANDO_CLONES
void operando_bit_unshuffle(void *restrict out_bytes, const void *restrict in_bytes, size_t count, size_t size) {
  uint8_t *out = out_bytes;
  const uint8_t *in = in_bytes;
  size_t stride = count / 8, column = 0;
  if (size == 1) {
    for (; column + 32 <= stride; column += 32) {
      bytes32 p[8];
      byte_plane(in + column, stride, p);
      uint8_t *o = out + 8 * column;
      for (int q = 0; q < 8; q++) STORE(o + 16 * q, o + 128 + 16 * q, p[q])
    }
  } else if (size == 2) {
    for (; column + 32 <= stride; column += 32) {
      bytes32 p[8], s[8];
      byte_plane(in + column, stride, p);
      byte_plane(in + 8 * stride + column, stride, s);
      uint8_t *o = out + 16 * column;
      for (int q = 0; q < 8; q++) {
        STORE(o + 32 * q, o + 256 + 32 * q, LOW1(p[q], s[q]))
        STORE(o + 32 * q + 16, o + 272 + 32 * q, HIGH1(p[q], s[q]))
      }
    }
  } else if (size == 4) {
    for (; column + 32 <= stride; column += 32) {
      bytes32 p[4][8];
      for (int b = 0; b < 4; b++) byte_plane(in + 8 * b * stride + column, stride, p[b]);
      uint8_t *o = out + 32 * column;
      for (int q = 0; q < 8; q++) {
        bytes32 l0 = LOW1(p[0][q], p[1][q]), l1 = LOW1(p[2][q], p[3][q]);
        bytes32 h0 = HIGH1(p[0][q], p[1][q]), h1 = HIGH1(p[2][q], p[3][q]);
        STORE(o + 64 * q, o + 512 + 64 * q, LOW2(l0, l1))
        STORE(o + 64 * q + 16, o + 528 + 64 * q, HIGH2(l0, l1))
        STORE(o + 64 * q + 32, o + 544 + 64 * q, LOW2(h0, h1))
        STORE(o + 64 * q + 48, o + 560 + 64 * q, HIGH2(h0, h1))
      }
    }
  }
  for (; column < stride; column++) unshuffle_column(out, in, column, stride, size);
}

OPERANDO_CLONES
void operando_bit_shuffle(void *restrict out_bytes, const void *restrict in_bytes, size_t count, size_t size) {
  uint8_t *out = out_bytes;
  const uint8_t *in = in_bytes;
  size_t stride = count / 8;
  for (size_t b = 0; b < size; b++) {
    for (size_t column = 0; column < stride; column++) {
      uint64_t x = 0;
      for (size_t i = 0; i < 8; i++) x |= (uint64_t)in[(8 * column + i) * size + b] << 8 * i;
      uint64_t t = (x ^ (x >> 7)) & 0x00aa00aa00aa00aaull;
      x ^= t ^ (t << 7);
      t = (x ^ (x >> 14)) & 0x0000cccc0000ccccull;
      x ^= t ^ (t << 14);
      t = (x ^ (x >> 28)) & 0x00000000f0f0f0f0ull;
      x ^= t ^ (t << 28);
      for (size_t k = 0; k < 8; k++) out[(8 * b + k) * stride + column] = (uint8_t)(x >> 8 * k);
    }
  }
}

OPERANDO_CLONES
void operando_byte_unshuffle(void *restrict out_bytes, const void *restrict in_bytes, size_t length, size_t size) {
  uint8_t *out = out_bytes;
  const uint8_t *in = in_bytes;
  size_t count = size == 0 ? 0 : length / size;
  if (size == 2) {
    for (size_t i = 0; i < count; i++) {
      out[2 * i] = in[i];
      out[2 * i + 1] = in[count + i];
    }
  } else if (size == 4) {
    for (size_t i = 0; i < count; i++) {
      for (size_t b = 0; b < 4; b++) out[4 * i + b] = in[b * count + i];
    }
  } else {
    for (size_t b = 0; b < size; b++) {
      for (size_t i = 0; i < count; i++) out[i * size + b] = in[b * count + i];
    }
  }
  memcpy(out + count * size, in + count * size, length - count * size);
}
