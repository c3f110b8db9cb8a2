#ifndef OPERANDO_TOMOGRAPHY_GRIDDING_H
#define OPERANDO_TOMOGRAPHY_GRIDDING_H

#include <stddef.h>

// Spreading of samples on lines of the frequency plane over the points of a grid round them, complex numbers interleaved.

enum { OPERANDO_GRIDDING_WIDTH = 8 };

// Multiplies a spectrum by a filter and by a phase that grows evenly.
//
// `spectrum` has `count` (even) complex numbers, frequency 0 first, negative frequencies behind as a transform leaves them.
// `filter` and `samples` have count + 1, in rising order from -count/2 to count/2, which are the same frequency of the
// spectrum. The phase factor of number j is coarse[j / 64] * fine[j % 64].
void operando_gridding_filter(
    const float *spectrum, const float *filter, const float *coarse, const float *fine, size_t count, float *samples);

// Adds samples that lie at (row + j row_step, column + j column_step), in grid points, to the 8 x 8 points round each.
//
// `table` has `divisions` + 2 lines: the kernel's values at s - 4, s - 3, ... s + 3, each twice, with s = line / divisions,
// between which it is interpolated. No point may lie nearer than 4 grid points to an edge of the grid, whose rows are
// `pitch` complex numbers apart.
void operando_gridding_spread(
    const float *samples, size_t count, double row, double column, double row_step, double column_step,
    const float *table, int divisions, float *grid, size_t pitch);

#endif
