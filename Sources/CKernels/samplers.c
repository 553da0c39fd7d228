// Random samples, each from a separate generator, so that an element's rejections affect no other
// element.
#include <float.h>
#include <math.h>
#include <string.h>

#include "CKernels.h"

#define F(name) name##_sampler
#include "philox.inc"

#include "substreams.inc"

#include "log_excess.inc"

#include "continuous.inc"
#include "discrete.inc"

static inline double parameter(CKParameter p, size_t element) {
  return p.values[element * p.step];
}

static inline void put(double value, void *y, bool is_double, size_t place) {
  if (is_double)
    ((double *)y)[place] = value;
  else
    ((float *)y)[place] = (float)value;
}

static double sample(CKSampler sampler, Substream *s, const CKParameter *p, size_t i) {
  switch (sampler) {
    case CKSamplerExponential: return sample_exponential(s);
    case CKSamplerLaplace: return sample_laplace(s);
    case CKSamplerCauchy: return sample_cauchy(s);
    case CKSamplerLogGamma: return sample_log_gamma(s, parameter(p[0], i));
    case CKSamplerTruncatedNormal:
      return sample_truncated_normal(s, parameter(p[0], i), parameter(p[1], i), parameter(p[2], i),
                                     parameter(p[3], i));
    case CKSamplerPoisson: return sample_poisson(s, parameter(p[0], i));
    case CKSamplerBinomial: return sample_binomial(s, parameter(p[0], i), parameter(p[1], i));
  }
}

void ck_sample(CKSampler sampler, CKStream stream, const CKParameter *parameters, void *y,
               bool is_double, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) {
    Substream s = substream(stream, i);
    put(sample(sampler, &s, parameters, i), y, is_double, i);
  }
}

void ck_cumulative_weights(const double *logits, double *sums, size_t columns, size_t begin,
                           size_t end) {
  for (size_t row = begin; row < end; row++) {
    const double *x = logits + row * columns;
    double largest = x[0], sum = 0;
    for (size_t j = 1; j < columns; j++) largest = x[j] > largest ? x[j] : largest;
    for (size_t j = 0; j < columns; j++) sums[row * columns + j] = sum += exp(x[j] - largest);
  }
}

// The index of the first sum above a number that is below the last sum; an outcome of weight 0 has
// the same sum as the one before it, so it is never chosen.
static size_t first_above(const double *sums, size_t columns, double target) {
  size_t low = 0, high = columns - 1;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (sums[middle] > target)
      high = middle;
    else
      low = middle + 1;
  }
  return low;
}

void ck_sample_categorical(CKStream stream, const double *sums, size_t columns, CKParameter rows,
                           void *y, bool is_double, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) {
    Substream s = substream(stream, i);
    const double *row = sums + (size_t)parameter(rows, i) * columns, total = row[columns - 1];
    double target = total * uniform(&s);
    // A product with a number just below 1 is rounded to the sum itself.
    if (target >= total) target = nextafter(total, 0);
    put((double)first_above(row, columns, target), y, is_double, i);
  }
}

void ck_conditional_probabilities(const double *probabilities, double *conditional, size_t columns,
                                  size_t begin, size_t end) {
  for (size_t row = begin; row < end; row++) {
    double mass = 0;
    for (size_t j = columns; j-- > 0;) {
      const double p = probabilities[row * columns + j];
      mass += p;
      conditional[row * columns + j] = p > 0 ? p / mass : 0;
    }
  }
}

void ck_sample_multinomial(CKStream stream, const double *conditional, size_t columns,
                           CKParameter counts, CKParameter rows, void *y, bool is_double,
                           size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) {
    Substream s = substream(stream, i);
    const double *p = conditional + (size_t)parameter(rows, i) * columns;
    double left = parameter(counts, i);
    for (size_t j = 0; j < columns; j++) {
      const double k = sample_binomial(&s, left, p[j]);
      put(k, y, is_double, i * columns + j);
      left -= k;
    }
  }
}

void ck_sample_sphere(CKStream stream, size_t columns, void *y, bool is_double, size_t begin,
                      size_t end) {
  for (size_t i = begin; i < end; i++) {
    Substream s = substream(stream, i), start = s;
    double square = 0;
    while (square == 0) {
      start = s;
      for (size_t j = 0; j < columns; j++) {
        const double x = normal(&s);
        square += x * x;
      }
    }
    // Draws the same numbers again, so that no row has to be stored.
    for (size_t j = 0; j < columns; j++)
      put(normal(&start) / sqrt(square), y, is_double, i * columns + j);
  }
}

// Lemire (2019), "Fast random integer generation in an interval".
static uint64_t integer_below(Substream *s, uint64_t bound) {
  while (true) {
    expect_words(s, 2);
    const uint64_t bits = (uint64_t)s->words[s->used + 1] << 32 | s->words[s->used];
    s->used += 2;
    const unsigned __int128 product = (unsigned __int128)bits * bound;
    if ((uint64_t)product >= bound || (uint64_t)product >= -bound % bound)
      return (uint64_t)(product >> 64);
  }
}

void ck_sample_integers(CKStream stream, int64_t bound, int64_t step, int64_t *y, size_t begin,
                        size_t end) {
  for (size_t i = begin; i < end; i++) {
    Substream s = substream(stream, i);
    y[i] = (int64_t)integer_below(&s, (uint64_t)(bound - (int64_t)i * step));
  }
}

size_t ck_first_outside(const double *x, size_t count, double lower, bool includes_lower,
                        double upper, bool includes_upper, bool integers) {
  for (size_t i = 0; i < count; i++) {
    const bool is_inside = (x[i] > lower || (includes_lower && x[i] == lower)) &&
                           (x[i] < upper || (includes_upper && x[i] == upper)) &&
                           (!integers || x[i] == floor(x[i]));
    if (!is_inside) return i;
  }
  return count;
}
