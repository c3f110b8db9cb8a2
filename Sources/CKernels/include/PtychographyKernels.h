#ifndef OPERANDO_PTYCHOGRAPHY_KERNELS_H
#define OPERANDO_PTYCHOGRAPHY_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "FourierKernels.h"

// The sequential engines of ptychography (ePIE and rPIE) for the far field and one probe, in two passes over
// memory an update: one down columns to the detector and back, one along rows that ends an update and begins the next.

// Object, probe and work space of one projection; one thread at a time.
typedef struct operando_pie operando_pie;

// For windows of rows x columns in an object of object_rows x object_columns. NULL where the window has no fast transform
// (its width a multiple of 16, both extents products of 2, 3 and 5) or memory is short.
operando_pie *operando_pie_make(size_t rows, size_t columns, size_t object_rows, size_t object_columns);
void operando_pie_free(operando_pie *pie);

// How much of an update reaches object and probe: objectStep conj(P) change / D with D = max |P|^2 where
// `object_part` is 1, otherwise (1 - object_part) |P|^2 + object_part max |P|^2; the same for the probe. Where D is 0
// nothing moves.
struct operando_pie_steps {
  float object_step;
  float probe_step;
  float object_part;
  float probe_part;
};

// Where a window begins in the object.
struct operando_pie_window {
  size_t top;
  size_t left;
};

// Ends the update at `now` (unless NULL) and begins the one at `next` (unless NULL). `peaks` holds max |P|^2 and, over
// the window at `now`, max |O|^2, both before the update; those for the next update replace them. `soon`, if given, is
// the pattern of the next update, `bytes` long, which is asked for ahead of its use.
void operando_pie_sample(
    const operando_pie *pie, const struct operando_pie_window *now, const struct operando_pie_window *next,
    const struct operando_pie_steps *steps, float *peaks, const void *soon, size_t bytes);

// Takes the field down its columns to the detector, gives it the measured moduli, and takes it back. `counts` holds the
// pattern, its zero frequency at the corner, the type's largest value where nothing was measured. Adds
// sum w (|Psi| - sqrt I)^2 and sum w I to `sums`.
void operando_pie_detector_narrow(const operando_pie *pie, const uint16_t *counts, double *sums);
void operando_pie_detector_wide(const operando_pie *pie, const uint32_t *counts, double *sums);

// Takes over probe and object, interleaved complex numbers in C order. Returns max |P|^2.
float operando_pie_set(operando_pie *pie, const float *probe, const float *object);

// Hands probe and object back.
void operando_pie_get(const operando_pie *pie, float *probe, float *object);

#endif
