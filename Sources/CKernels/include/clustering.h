// The pass of k-means over rows of double precision, on the calling thread. A part of CKernels.h, which
// includes it.
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The number of rows that are compared with the centres at once.
#define CK_CLUSTERED_ROWS 16

typedef struct {
  // Labels each of `count` rows of x, [count, d], with the centre in [k, d] that has the least |c|^2 / 2 -
  // x.c (the first of equal ones); `halves` holds |c|^2 / 2. Adds to sums, [2 + k + k d], the weighted
  // squared distances from the nearest centres, the number of changed labels, and for each centre the weights
  // and the weighted sum of its rows. `scratch` has room for CK_CLUSTERED_ROWS rows.
  void (*assign)(const double *x, const double *_Nullable weights, size_t count, size_t d,
                 const double *centres, const double *halves, size_t k, int32_t *labels,
                 double *sums, double *scratch);
} CKClustering;

// For this processor and, for tests, for a named instruction set, or NULL if this processor lacks it.
const CKClustering *ck_clustering(void);
const CKClustering *_Nullable ck_clustering_named(const char *name);

#pragma clang assume_nonnull end
