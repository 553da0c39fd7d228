// Random samples by rejection. For every element type they are computed in double precision and without
// vector instructions, so that they are the same on every processor.
#ifndef CKERNELS_SAMPLERS_H
#define CKERNELS_SAMPLERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// The source of a call's random numbers: element i starts with block `block` + i of the stream, and takes
// more, if necessary, from a generator that the four words of this block seed.
typedef struct {
  uint64_t seed, stream, block;
} CKStream;

// A distribution, with its parameters a, b, c and d in this order.
typedef enum __attribute__((enum_extensibility(closed))) {
  // With mean 1.
  CKSamplerExponential,
  // With location 0 and scale 1.
  CKSamplerLaplace,
  CKSamplerCauchy,
  // The logarithm of a gamma sample with shape a and rate 1.
  CKSamplerLogGamma,
  // With mean a and standard deviation b before truncation to the interval from c to d.
  CKSamplerTruncatedNormal,
  // With mean a.
  CKSamplerPoisson,
  // The number of successes in a trials with probability b.
  CKSamplerBinomial,
} CKSampler;

// A parameter; its value for element i is values[i * step].
typedef struct {
  const double *_Nullable values;
  size_t step;
} CKParameter;

// y[i], float or double, from the distribution with the parameters of element i, which must be in range.
void ck_sample(CKSampler sampler, CKStream stream, const CKParameter *parameters, void *y,
               bool is_double, size_t begin, size_t end);

// For each row: the cumulative sums of the exponentials of its logits minus the largest one.
void ck_cumulative_weights(const double *logits, double *sums, size_t columns, size_t begin,
                           size_t end);
// y[i] = the index in row rows[i] of such sums at which a uniform number below the last sum falls.
void ck_sample_categorical(CKStream stream, const double *sums, size_t columns, CKParameter rows,
                           void *y, bool is_double, size_t begin, size_t end);
// The probability of each outcome in a row, given that it is none of the earlier ones.
void ck_conditional_probabilities(const double *probabilities, double *conditional, size_t columns,
                                  size_t begin, size_t end);
// For each row: the number of the counts[row] trials with each outcome; the conditional probabilities
// are row rows[row] of a table.
void ck_sample_multinomial(CKStream stream, const double *conditional, size_t columns,
                           CKParameter counts, CKParameter rows, void *y, bool is_double,
                           size_t begin, size_t end);
// Rows of `columns` elements: points uniform on the unit sphere.
void ck_sample_sphere(CKStream stream, size_t columns, void *y, bool is_double, size_t begin,
                      size_t end);

// y[i] is an integer uniform on 0 ..< bound - i step.
void ck_sample_integers(CKStream stream, int64_t bound, int64_t step, int64_t *y, size_t begin,
                        size_t end);

// The derivative L of w = log z with respect to a, for a gamma sample z with shape a and rate 1 at a fixed
// quantile, as a function of a and w; and the derivatives of L with respect to both.
typedef enum __attribute__((enum_extensibility(closed))) {
  CKGammaSlopeItself,
  CKGammaSlopeInShape,
  CKGammaSlopeInLogarithm,
} CKGammaSlope;

void ck_log_gamma_slope(CKGammaSlope part, CKParameter shapes, const double *w, double *y,
                        size_t begin, size_t end);

// The index of the first number that is not between the bounds, or `count`; each bound is inclusive or
// exclusive. With `integers`, the first that is not an integer between them.
size_t ck_first_outside(const double *x, size_t count, double lower, bool includes_lower,
                        double upper, bool includes_upper, bool integers);

#pragma clang assume_nonnull end

#endif
