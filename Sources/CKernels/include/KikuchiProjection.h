#ifndef OPERANDO_KIKUCHI_PROJECTION_H
#define OPERANDO_KIKUCHI_PROJECTION_H

#include <stddef.h>

// A master pattern seen on a screen. The master is two square Lambert grids of size * size points, north then south.

// Where the screen's pixels lie in the crystal: v = matrix (x - centre[0], centre[1] - y, centre[2]), of which the master
// shows the direction (v_x, v_y, axial v_z).
struct operando_kikuchi_view {
  float matrix[9];
  float centre[3];
  float axial;
};

// The intensity at each of `count` pixels.
void operando_kikuchi_project(
    const float *master, int size, const struct operando_kikuchi_view *view, const float *x, const float *y,
    size_t count, float *values);

// The number of planes that operando_kikuchi_derivatives writes.
enum { OPERANDO_KIKUCHI_PLANES = 8 };

// The intensity (plane 0) and its derivatives by a small turn of v about the crystal's x, y, z (1 to 3), by the three
// components of `centre` (4 to 6) and by -ln(axial) (7). Planes lie `stride` values apart.
void operando_kikuchi_derivatives(
    const float *master, int size, const struct operando_kikuchi_view *view, const float *x, const float *y,
    size_t count, float *planes, size_t stride);

// Adds the inner products of the first `planes` planes to the upper triangle of `products`, a planes * planes matrix by
// rows. `count` is small (a few hundred): within it sums are of single precision.
void operando_plane_products(const float *values, size_t stride, size_t count, int planes, double *products);

#endif
