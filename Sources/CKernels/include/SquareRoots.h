#ifndef OPERANDO_SQUARE_ROOTS_H
#define OPERANDO_SQUARE_ROOTS_H

#include <stddef.h>

// The square roots of numbers that are not negative, correctly rounded and so the same on every processor.
void operando_square_roots(const float *values, float *roots, size_t count);

#endif
