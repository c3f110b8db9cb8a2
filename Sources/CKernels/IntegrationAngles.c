#include "CKernels.h"

#define INLINE static inline __attribute__((always_inline))

// Branches become selections, so that a row of angles is computed several at once.

// The angle whose tangent is x, 0 <= x <= 1, by the rational function of the Cephes library (Moshier 1989).
INLINE double arctangent(double x) {
  int upper = x > 0.66;
  double r = upper ? (x - 1) / (x + 1) : x;
  double z = r * r;
  double p = (((-8.750608600031904122785E-1 * z - 1.615753718733365076637E1) * z - 7.500855792314704667340E1) * z -
              1.228866684490136173410E2) * z - 6.485021904942025371773E1;
  double q = ((((z + 2.485846490142306297962E1) * z + 1.650270098316988542046E2) * z + 4.328810604912902668951E2) * z +
              4.853903996359136964868E2) * z + 1.945506571482613964425E2;
  return r + r * (z * p / q) + (upper ? 0.78539816339744830962 : 0);
}

// atan2(opposite, adjacent) for opposite >= 0.
INLINE double upper_angle(double opposite, double adjacent) {
  double side = __builtin_fabs(adjacent);
  double small = opposite < side ? opposite : side;
  double large = opposite < side ? side : opposite;
  double angle = arctangent(small / (large > 0 ? large : 1));
  angle = opposite > side ? 1.57079632679489661923 - angle : angle;
  return adjacent < 0 ? 3.14159265358979323846 - angle : angle;
}

OPERANDO_CLONES void operando_polar_angles(const double start[3], const double step[3], size_t count, double *angles) {
  double x0 = start[0], y0 = start[1], z0 = start[2], dx = step[0], dy = step[1], dz = step[2];
  for (size_t i = 0; i < count; i++) {
    double x = x0 + (double)(int32_t)i * dx, y = y0 + (double)(int32_t)i * dy, z = z0 + (double)(int32_t)i * dz;
    angles[i] = upper_angle(__builtin_elementwise_sqrt(x * x + y * y), z);
  }
}

// sin^2(a/2) = (1 - cos a)/2 = (x^2 + y^2) / (2 r (r + z)), which keeps all its digits where the angle is small.
OPERANDO_CLONES void operando_half_sines(const double start[3], const double step[3], size_t count, double *sines) {
  double x0 = start[0], y0 = start[1], z0 = start[2], dx = step[0], dy = step[1], dz = step[2];
  for (size_t i = 0; i < count; i++) {
    double x = x0 + (double)(int32_t)i * dx, y = y0 + (double)(int32_t)i * dy, z = z0 + (double)(int32_t)i * dz;
    double across = x * x + y * y;
    double r = __builtin_elementwise_sqrt(across + z * z);
    double forward = across / (2 * r * (r + z)), backward = (r - z) / (2 * r);
    sines[i] = __builtin_elementwise_sqrt(z >= 0 ? forward : backward);
  }
}

OPERANDO_CLONES void operando_azimuths(const double start[3], const double step[3], size_t count, double *angles) {
  double x0 = start[0], y0 = start[1], dx = step[0], dy = step[1];
  for (size_t i = 0; i < count; i++) {
    double x = x0 + (double)(int32_t)i * dx, y = y0 + (double)(int32_t)i * dy;
    double angle = upper_angle(__builtin_fabs(x), y);
    angles[i] = x < 0 ? -angle : angle;
  }
}
