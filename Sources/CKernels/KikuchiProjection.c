#include "CKernels.h"

#define INLINE static inline __attribute__((always_inline))

// Branches become selections, so that a row of pixels is computed several at once.

// 4/pi atan(t) for -1 <= t <= 1, to 2e-7: the even polynomial in t^2 of least greatest error.
INLINE float lambert_angle(float t) {
  float s = t * t;
  float p = -0.00516239801f;
  p = p * s + 0.027836644f;
  p = p * s - 0.0711895802f;
  p = p * s + 0.122768115f;
  p = p * s - 0.177090109f;
  p = p * s + 0.253967549f;
  p = p * s - 0.424368967f;
  p = p * s + 1.2732387f;
  return t * p;
}

struct cell {
  float f00, f01, f10, f11, u, v;
};

INLINE struct cell cell_of(const float *master, int size, float wz, float column, float row) {
  float half = 0.5f * (float)(size - 1);
  float px = (column + 1) * half, py = (row + 1) * half;
  int c = (int)px, r = (int)py;
  c = c < 0 ? 0 : c;
  c = c > size - 2 ? size - 2 : c;
  r = r < 0 ? 0 : r;
  r = r > size - 2 ? size - 2 : r;
  int first = r * size + c + (wz < 0 ? size * size : 0);
  return (struct cell){
      master[first], master[first + 1], master[first + size], master[first + size + 1], px - (float)c, py - (float)r};
}

// What the square Lambert projection makes of a direction on its way.
struct lambert {
  float length, rise, radius, major, tangent, angle, edge, column, row;
  int swapped;
};

INLINE struct lambert lambert_of(float x, float y, float z) {
  struct lambert l;
  // The tiny term keeps the pole away from 0/0.
  float planar = x * x + y * y + 1e-30f;
  l.length = __builtin_elementwise_sqrt(planar + z * z);
  l.rise = __builtin_fabsf(z);
  // 1 - |z|/L without the loss of digits near the pole.
  l.radius = __builtin_elementwise_sqrt(planar / (l.length * (l.length + l.rise)));
  l.swapped = __builtin_fabsf(y) > __builtin_fabsf(x);
  l.major = l.swapped ? y : x;
  l.major = __builtin_fabsf(l.major) < 1e-15f ? 1e-15f : l.major;
  l.tangent = (l.swapped ? x : y) / l.major;
  l.angle = lambert_angle(l.tangent);
  l.edge = __builtin_copysignf(l.radius, l.major);
  float other = l.edge * l.angle;
  l.column = l.swapped ? other : l.edge;
  l.row = l.swapped ? l.edge : other;
  return l;
}

OPERANDO_CLONES void operando_kikuchi_project(
    const float *restrict master, int size, const struct operando_kikuchi_view *view, const float *restrict x,
    const float *restrict y, size_t count, float *restrict values) {
  const struct operando_kikuchi_view w = *view;
  const float *m = w.matrix;
  for (size_t i = 0; i < count; i++) {
    float dx = x[i] - w.centre[0], dy = w.centre[1] - y[i], dz = w.centre[2];
    float vx = m[0] * dx + m[1] * dy + m[2] * dz;
    float vy = m[3] * dx + m[4] * dy + m[5] * dz;
    float vz = m[6] * dx + m[7] * dy + m[8] * dz;
    struct lambert l = lambert_of(vx, vy, w.axial * vz);
    struct cell g = cell_of(master, size, vz, l.column, l.row);
    float upper = g.f00 + (g.f01 - g.f00) * g.u, lower = g.f10 + (g.f11 - g.f10) * g.u;
    values[i] = upper + (lower - upper) * g.v;
  }
}

OPERANDO_CLONES void operando_kikuchi_derivatives(
    const float *restrict master, int size, const struct operando_kikuchi_view *view, const float *restrict x,
    const float *restrict y, size_t count, float *restrict planes, size_t stride) {
  const struct operando_kikuchi_view w = *view;
  const float *m = w.matrix;
  float half = 0.5f * (float)(size - 1);
  float *restrict value = planes;
  float *restrict turn_x = planes + stride, *restrict turn_y = planes + 2 * stride, *restrict turn_z = planes + 3 * stride;
  float *restrict centre_x = planes + 4 * stride, *restrict centre_y = planes + 5 * stride;
  float *restrict centre_z = planes + 6 * stride, *restrict axial = planes + 7 * stride;
  for (size_t i = 0; i < count; i++) {
    float dx = x[i] - w.centre[0], dy = w.centre[1] - y[i], dz = w.centre[2];
    float vx = m[0] * dx + m[1] * dy + m[2] * dz;
    float vy = m[3] * dx + m[4] * dy + m[5] * dz;
    float vz = m[6] * dx + m[7] * dy + m[8] * dz;
    float wz = w.axial * vz;
    struct lambert l = lambert_of(vx, vy, wz);
    struct cell g = cell_of(master, size, vz, l.column, l.row);
    float across = g.f01 - g.f00, across_lower = g.f11 - g.f10;
    float upper = g.f00 + across * g.u, lower = g.f10 + across_lower * g.u;
    value[i] = upper + (lower - upper) * g.v;
    float by_column = half * (across + (across_lower - across) * g.v), by_row = half * (lower - upper);

    // edge = +-R and other = edge 4/pi atan(t) with R^2 = 1 - |z|/L and t = minor / major.
    float by_edge = l.swapped ? by_row : by_column, by_other = l.swapped ? by_column : by_row;
    float by_radius = by_edge + by_other * l.angle;
    by_radius = l.major < 0 ? -by_radius : by_radius;
    float by_minor = by_other * 1.27323954f / (1 + l.tangent * l.tangent) * l.radius / __builtin_fabsf(l.major);
    float by_major = -l.tangent * by_minor;
    float squared = l.length * l.length;
    float side = by_radius * l.rise / (2 * l.radius * l.length * squared);
    float gx = side * vx + (l.swapped ? by_minor : by_major);
    float gy = side * vy + (l.swapped ? by_major : by_minor);
    float gz = -by_radius * l.radius * (l.length + l.rise) / (2 * squared);
    gz = wz < 0 ? -gz : gz;

    axial[i] = -wz * gz;
    gz *= w.axial;
    turn_x[i] = vy * gz - vz * gy;
    turn_y[i] = vz * gx - vx * gz;
    turn_z[i] = vx * gy - vy * gx;
    centre_x[i] = -(m[0] * gx + m[3] * gy + m[6] * gz);
    centre_y[i] = m[1] * gx + m[4] * gy + m[7] * gz;
    centre_z[i] = m[2] * gx + m[5] * gy + m[8] * gz;
  }
}

typedef float lanes __attribute__((vector_size(64), aligned(4)));

OPERANDO_CLONES void operando_plane_products(
    const float *values, size_t stride, size_t count, int planes, double *products) {
  for (int i = 0; i < planes; i++) {
    const float *a = values + (size_t)i * stride;
    for (int j = i; j < planes; j++) {
      const float *b = values + (size_t)j * stride;
      lanes even = {0}, odd = {0};
      size_t k = 0;
      for (; k + 32 <= count; k += 32) {
        even += *(const lanes *)(a + k) * *(const lanes *)(b + k);
        odd += *(const lanes *)(a + k + 16) * *(const lanes *)(b + k + 16);
      }
      even += odd;
      float sum = 0;
      for (int lane = 0; lane < 16; lane++) sum += even[lane];
      for (; k < count; k++) sum += a[k] * b[k];
      products[i * planes + j] += sum;
    }
  }
}
