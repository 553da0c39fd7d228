// The passes of expectation-maximisation over points, for mixtures of Gaussians in double precision, on
// the calling thread. A part of CKernels.h, which includes it.
#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

// The number of points that are processed side by side.
#define CK_MIXTURE_POINTS 16

// Components of d coordinates: log(weight) - log|L| - d/2 log(2 pi) for each, the means [count, d], and
// W = L^-1, [count, d, d], with zeros above the diagonal; of diagonal matrices, only the diagonal is read.
typedef struct {
  size_t count, d;
  bool is_diagonal;
  const double *constants, *means, *inverses;
} CKGaussians;

// Coordinate j of point i of `count` points is at x[j * step + i]; the memory must be readable up to a
// multiple of CK_MIXTURE_POINTS. `scratch` is aligned to 64 bytes.
typedef struct {
  // joint[i, k] = log p(x_i, k), with scratch space for CK_MIXTURE_POINTS (d + k) numbers.
  void (*log_joint)(const CKGaussians *gaussians, const double *x, size_t step, size_t count,
                    double *joint, double *scratch);
  // densities[i] = log p(x_i) and q[i, k] = p(k | x_i), with the same scratch space.
  void (*posterior)(const CKGaussians *gaussians, const double *x, size_t step, size_t count,
                    double *densities, double *q, double *scratch);
  // The sum over points of w y y^T for y = x - mean: the d (d + 1) / 2 elements of the lower
  // triangle row by row, or the d elements of the diagonal. The weight of point i is
  // weights[i * weight_step]. The scratch space holds CK_MIXTURE_POINTS d numbers and eight for
  // each sum.
  void (*scatter)(const double *x, size_t step, size_t count, size_t d, const double *mean,
                  const double *weights, size_t weight_step, bool is_diagonal, double *sums,
                  double *scratch);
} CKMixtures;

// For this processor and, for tests, for a named instruction set, or NULL if this processor lacks it.
const CKMixtures *ck_mixtures(void);
const CKMixtures *_Nullable ck_mixtures_named(const char *name);

#pragma clang assume_nonnull end
