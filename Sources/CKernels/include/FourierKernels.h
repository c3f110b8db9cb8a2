#ifndef OPERANDO_FOURIER_KERNELS_H
#define OPERANDO_FOURIER_KERNELS_H

#include <stddef.h>
#include <stdint.h>

// Discrete Fourier transforms of lengths 2^a 3^b 5^c, sixteen lines side by side, in single precision and unnormalised.
// They keep no plan that depends on timing: the same input gives the same bits in every run on a machine.
//
// Sixteen numbers that stand side by side are kept as a piece: 16 real parts, then 16 imaginary parts.

enum { OPERANDO_FOURIER_LANES = 16, OPERANDO_FOURIER_PIECE = 2 * OPERANDO_FOURIER_LANES };

// The factors and twiddles of one length; read alone once made, so any number of threads may share it.
typedef struct operando_fourier_plan operando_fourier_plan;

// A plan for transforms along rows or down columns. NULL where the length has a prime factor above 5, where rows are not
// a multiple of 16 long, or where memory is short.
operando_fourier_plan *operando_fourier_make(size_t length, int along_rows);
void operando_fourier_free(operando_fourier_plan *plan);

// Floats of work space, aligned to 64 bytes, that the transforms of a plan need.
size_t operando_fourier_scratch(const operando_fourier_plan *plan);

// Transforms each row of an image of interleaved complex numbers in place.
void operando_fourier_rows(
    const operando_fourier_plan *plan, float *image, size_t rows, int backward, float *scratch);

// Transforms each column of an image of interleaved complex numbers in place.
void operando_fourier_columns(
    const operando_fourier_plan *plan, float *image, size_t columns, int backward, float *scratch);

// Memory aligned to cache lines, in large pages where it is large and the system has them; released by free().
void *operando_pages(size_t bytes);

#endif
