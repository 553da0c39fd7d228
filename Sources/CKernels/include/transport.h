// The loops of optimal transport over rows of costs, in double precision, on the calling thread. A part
// of CKernels.h, which includes it.
#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

typedef enum {
  CKGroundCostStored,
  CKGroundCostSquaredDistance,
  CKGroundCostDistance,
} CKGroundCost;

// The costs between n sources and m targets: either stored in `costs`, [n, m], or the distances between the
// points `sources`, [n, d], and `targets`, which are given transposed, [d, m].
typedef struct {
  CKGroundCost kind;
  size_t m, d;
  const double *_Nullable costs, *_Nullable sources, *_Nullable targets;
} CKCosts;

typedef struct {
  // costs[i, j] for the columns [begin, end).
  void (*row)(const CKCosts *costs, size_t i, size_t begin, size_t end, double *row);
  // The minimum of costs[i, j] - potentials[j] over all j, and the first j that attains it.
  double (*least)(const CKCosts *costs, size_t i, const double *potentials, size_t *place);
  // sums[i] = log Σ_j exp(heights[j] - scale * costs[i, j]) for the rows [begin, end).
  void (*log_sums)(const CKCosts *costs, const double *heights, double scale, double *sums,
                   size_t begin, size_t end);
  // The same sums, and columns[j] += weights[i] exp(heights[j] - scale * costs[i, j] - sums[i]), with one
  // exponential for each pair; `row` has room for m numbers.
  void (*log_sweep)(const CKCosts *costs, const double *heights, double scale, const double *weights,
                    double *sums, double *row, double *columns, size_t begin, size_t end);
  // kernel[i, j] = exp(f[i] + g[j] - scale * costs[i, j]) for the rows [begin, end).
  void (*kernel)(const CKCosts *costs, const double *f, const double *g, double scale, double *kernel,
                 size_t begin, size_t end);
  // u[i] = weights[i] / Σ_j kernel[i, j] v[j] and sums[j] += u[i] kernel[i, j] for the rows
  // [begin, end): both halves of a sweep in one pass over the kernel.
  void (*scale_rows)(const double *kernel, const double *weights, const double *v, double *u,
                     double *sums, size_t m, size_t begin, size_t end);
} CKTransport;

// The loops for this processor.
const CKTransport *ck_transport(void);

#pragma clang assume_nonnull end
