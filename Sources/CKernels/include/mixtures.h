// The passes of expectation-maximisation over points, for mixtures of Gaussians in double precision, on
// the calling thread. A part of CKernels.h, which includes it.
#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

// The points that are computed on side by side.
#define CK_MIXTURE_POINTS 16

// Components of d coordinates: log(weight) - log|L| - d/2 log(2 pi) of each, means of [count, d], and
// W = L^-1 of [count, d, d], zeros above the diagonal, of which only the diagonals are read where they
// are diagonal.
typedef struct {
  size_t count, d;
  bool is_diagonal;
  const double *constants, *means, *inverses;
} CKGaussians;

// Coordinate j of point i of `count` points lies at x[j * step + i]; up to a multiple of
// CK_MIXTURE_POINTS there has to be memory that can be read. `scratch` is aligned to 64 bytes.
typedef struct {
  // joint[i, k] = log p(x_i, k), by room for CK_MIXTURE_POINTS (d + k) numbers.
  void (*log_joint)(const CKGaussians *gaussians, const double *x, size_t step, size_t count,
                    double *joint, double *scratch);
  // densities[i] = log p(x_i) and q[i, k] = p(k | x_i), by as much room.
  void (*posterior)(const CKGaussians *gaussians, const double *x, size_t step, size_t count,
                    double *densities, double *q, double *scratch);
  // The sum over points of w y y^T for y = x - mean: the d (d + 1) / 2 elements of the lower triangle
  // row after row, or the d of the diagonal. The weight of point i is weights[i * weight_step]. By room
  // for CK_MIXTURE_POINTS d numbers and eight for each sum.
  void (*scatter)(const double *x, size_t step, size_t count, size_t d, const double *mean,
                  const double *weights, size_t weight_step, bool is_diagonal, double *sums,
                  double *scratch);
} CKMixtures;

// For this processor, and for the named instruction set, or NULL where this processor lacks it: for
// tests.
const CKMixtures *ck_mixtures(void);
const CKMixtures *_Nullable ck_mixtures_named(const char *name);

#pragma clang assume_nonnull end
