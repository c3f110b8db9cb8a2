#ifndef OPERANDO_BITSHUFFLE_H
#define OPERANDO_BITSHUFFLE_H

#include <stddef.h>

// The bit transposition of the bitshuffle format, one block: `count` elements of `size` bytes become 8 * size rows of
// count / 8 bytes; bit e % 8 of byte e / 8 of row 8 b + k is bit k of byte b of element e.

// Elements from the rows. `count` is a multiple of 8; `out` and `in` do not overlap.
void operando_bit_unshuffle(void *restrict out, const void *restrict in, size_t count, size_t size);

// Rows from the elements.
void operando_bit_shuffle(void *restrict out, const void *restrict in, size_t count, size_t size);

// Elements from the byte planes of HDF5's shuffle filter; what is left over of `length` bytes is copied.
void operando_byte_unshuffle(void *restrict out, const void *restrict in, size_t length, size_t size);

#endif
