#ifndef OPERANDO_TOMOGRAPHY_KERNELS_H
#define OPERANDO_TOMOGRAPHY_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "FourierKernels.h"

// Parallel-beam tomography of sixteen slices at once: the slices are the lanes of a vector, so that where a voxel is seen
// is worked out once for all of them and nothing is gathered. "Lanes" below are sixteen numbers side by side, aligned to
// 64 bytes.
//
// Places are fixed-point numbers with 32 bits after the point: a place is a sum of exact products, so that it is the same
// from whichever tile, block or thread it is reached.

// Edge of the square of voxels that is worked on at once, and voxels in it.
enum { OPERANDO_TOMOGRAPHY_TILE = 64, OPERANDO_TOMOGRAPHY_TILE_VOXELS = 64 * 64 };
// Zeros before and after each line of voxels that rays are followed through.
enum { OPERANDO_TOMOGRAPHY_MARGIN = 48 };

// Where the rows of a view go: column t of lane l is the sum of `taps` times the rows from `first` + l on, times `weights`,
// one for each lane. Beyond the edge rows are those at the edge where `extended` is not 0, else 0.
typedef struct {
  size_t rows, columns;
  ptrdiff_t first;
  const float *taps;
  size_t tap_count;
  const float *weights;
  int extended;
} operando_tomography_rows;

// Floats of scratch that operando_tomography_load needs, aligned to 64 bytes.
size_t operando_tomography_load_scratch(size_t columns, size_t tap_count);

// Takes 16 * `groups` lanes of a view apart into `lines`: for each column `groups` times sixteen numbers. NaN counts as 0.
// Room is for `columns` rounded up to sixteen.
void operando_tomography_load(
    const float *view, const operando_tomography_rows *rows, size_t groups, float *lines, float *scratch);

// What operando_tomography_filter does to the spectrum of a row.
typedef struct {
  // A plan down columns; its length is that of the padded row.
  const operando_fourier_plan *plan;
  size_t length;
  // Complex factors of the frequencies 0...length/2, the highest excepted where the length is even.
  const float *factors;
  // Complex factors of the same frequencies that move a row by 0, 1/4, 2/4 and 3/4 of a pixel.
  const float *quarters;
  // The real factors of the highest frequency of an even length, for the four quarters.
  const float *highest;
  // NULL, or for every frequency of the whole spectrum: cosine and sine of half the phase by which the second sixteen
  // lanes are moved beyond the first, and a piece of phases of the lanes.
  const float *lean_halves;
  const float *lean_phases;
} operando_tomography_spectrum;

// Floats of scratch that operando_tomography_filter needs, aligned to 64 bytes.
size_t operando_tomography_filter_scratch(size_t length);

// Filters 32 rows and samples them at quarters of pixels: sample 4 n + p of lane l is row l, filtered, at n + p / 4, for n
// below `count`. `pieces` holds `length` pieces (thirty-two lanes), and is overwritten. `first` and `second` get 4 * `count`
// samples of the lower and the upper sixteen lanes.
void operando_tomography_filter(
    const operando_tomography_spectrum *spectrum, float *pieces, size_t count, float *first, float *second,
    float *scratch);

// How one view is seen from the plane of a slice: the voxel (i, j) at the place origin + j * along_columns + i * along_rows.
typedef struct {
  int64_t origin, along_columns, along_rows;
  // One over the larger of the two slopes, for operando_tomography_spread.
  float inverse;
} operando_tomography_view;

// Adds to a tile what each voxel within the circle that fills the slice is seen at: the sample whose number is the place,
// rounded down, for one view after the other. `samples` has lanes, views lie `stride` floats apart. `tile` has lanes for
// the voxels of a tile whose first voxel is (row, column), in a slice of `size` by `size`.
void operando_tomography_back_project(
    const float *samples, size_t stride, const operando_tomography_view *views, size_t count, size_t size, size_t row,
    size_t column, float *tile);

// Adds to a tile the adjoint of operando_tomography_project: each voxel gets the samples on either side of the place,
// weighted by max(0, 1 - distance * inverse). `samples` begin with two lanes of zeros and end with three, between which
// there are `columns`; place 0 is the first of those between.
//
// Where `lean` is not NULL it holds for each lane by how much its place lies beyond that of the view, from `least` to
// `greatest` samples.
void operando_tomography_spread(
    const float *samples, size_t stride, size_t columns, const operando_tomography_view *views, size_t count,
    size_t rows_of_slice, size_t columns_of_slice, size_t row, size_t column, const float *lean, float least,
    float greatest, float *tile);

// Copies `count` lanes from `first` on to slices of `rows` by `columns`, `stride` floats apart: rows `row`..<`row` + TILE,
// from one row of tiles. Where `circle` is not 0, what lies beyond the circle that fills the slice is 0.
void operando_tomography_unpack(
    const float *tiles, size_t row, size_t rows, size_t columns, int circle, size_t first,
    size_t count, float *slices, size_t stride);

// How the lines of sight of one view cross lines of voxels: at the place origin + column * along_columns + line *
// along_lines, in voxels of the line.
typedef struct {
  int64_t origin, along_columns, along_lines;
} operando_tomography_ray;

// Brings lines `first`..<`end` of sixteen slices, of which there are `count`, side by side: rows, or columns where
// `transposed` is not 0. A line in `lines` is MARGIN, the voxels and MARGIN lanes long, and one more.
void operando_tomography_pack(
    const float *slices, size_t stride, size_t count, size_t rows, size_t columns, int transposed, size_t first,
    size_t end, float *lines);

// Adds to `image`, lanes for each column, the sums along the lines of sight over `count` lines of `width` voxels, numbered
// from `line`: in each, the two voxels on either side of the place, weighted by 1 - distance. `image` has room for the
// columns rounded up to sixteen.
//
// Where `lean` is not NULL it holds for each lane by how much its place lies beyond, from `least` to `greatest` voxels.
void operando_tomography_project(
    const float *lines, size_t width, size_t line, size_t count, const operando_tomography_ray *ray, size_t columns,
    const float *lean, float least, float greatest, float *image);

// Adds lanes of an image to rows of a view: each column of row `rows[l]` gets `shares[l]` of lane l, for the first `count`
// lanes; a lane whose row is negative is left out.
void operando_tomography_deposit(
    const float *image, size_t columns, const int32_t *rows, const float *shares, size_t count, float *view);

#endif
