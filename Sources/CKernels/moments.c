// Moments of blocks, merged (Chan, Golub and LeVeque 1983, "Algorithms for computing the sample
// variance").
#include "CKernels.h"

// Merges the moments of a block with those of a later block.
static void merge(double *mean, double *squares, double count, const double *later_mean,
                  const double *later_squares, double later_count, size_t inner) {
  const double weight = later_count / (count + later_count), rest = count / (count + later_count);
  const double factor = count * weight;
  for (size_t i = 0; i < inner; i++) {
    const double difference = later_mean[i] - mean[i];
    const double near = mean[i] + difference * weight;
    // The means are too far apart, or infinite.
    const double far = mean[i] * rest + later_mean[i] * weight;
    mean[i] = difference - difference == 0 ? near : far;
    if (squares) squares[i] = squares[i] + later_squares[i] + difference * difference * factor;
  }
}

void ck_merge_moments(double *means, double *squares, size_t blocks, size_t inner, size_t length,
                      size_t last) {
  // Pairwise, so that a sum of many blocks is rounded only a few times.
  for (size_t apart = 1; apart < blocks; apart *= 2) {
    for (size_t i = 0; i + apart < blocks; i += 2 * apart) {
      const size_t later = i + apart;
      const size_t later_blocks = blocks - later < apart ? blocks - later : apart;
      const double later_count = (double)(later_blocks * length) -
                                 (later + later_blocks == blocks ? (double)(length - last) : 0);
      merge(means + i * inner, squares ? squares + i * inner : NULL, (double)(apart * length),
            means + later * inner, squares ? squares + later * inner : NULL, later_count, inner);
    }
  }
}
