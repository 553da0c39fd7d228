// Chooses the loops for the processor that runs the program.
#include <string.h>

#include "CKernels.h"

#define SUFFIX plain
#define F(name) name##_plain
#include "philox.inc"

extern const CKKernels ck_kernels_baseline_float, ck_kernels_baseline_double;
#if defined(__x86_64__)
extern const CKKernels ck_kernels_avx2_float, ck_kernels_avx2_double;
extern const CKKernels ck_kernels_avx512_float, ck_kernels_avx512_double;
void ck_product_avx2(const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row,
                     size_t b_column, const float *bias, float *c, size_t c_row, size_t m, size_t n,
                     size_t k, float *scratch);
size_t ck_product_scratch_avx2(size_t n);
#endif

typedef struct {
  const char *name;
  const CKKernels *float32, *float64;
} InstructionSet;

static bool processor_has(const char *name) {
#if defined(__x86_64__)
  if (strcmp(name, "AVX-512") == 0)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  if (strcmp(name, "AVX2") == 0)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#endif
  return strcmp(name, "baseline") == 0;
}

// The best one first.
static const InstructionSet sets[] = {
#if defined(__x86_64__)
    {"AVX-512", &ck_kernels_avx512_float, &ck_kernels_avx512_double},
    {"AVX2", &ck_kernels_avx2_float, &ck_kernels_avx2_double},
#endif
    {"baseline", &ck_kernels_baseline_float, &ck_kernels_baseline_double},
};

static const InstructionSet *best_set(void) {
  const InstructionSet *set = sets;
  while (!processor_has(set->name)) set += 1;
  return set;
}

const CKKernels *ck_float32(void) { return best_set()->float32; }
const CKKernels *ck_float64(void) { return best_set()->float64; }
const char *ck_instruction_set(void) { return best_set()->name; }

const CKKernels *ck_kernels_named(const char *name, bool is_double) {
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
    if (strcmp(sets[i].name, name) == 0 && processor_has(name))
      return is_double ? sets[i].float64 : sets[i].float32;
  return NULL;
}

CKProduct ck_product(void) {
#if defined(__x86_64__)
  if (strcmp(best_set()->name, "AVX2") == 0) return ck_product_avx2;
#endif
  return NULL;
}

size_t ck_product_scratch(size_t n) {
#if defined(__x86_64__)
  return ck_product_scratch_avx2(n);
#else
  return n;
#endif
}

void ck_philox(const uint32_t *counter, const uint32_t *key, uint32_t *result) {
  memcpy(result, counter, 4 * sizeof *result);
  philox_plain(result, key[0], key[1]);
}

void ck_convert_to_double(const float *x, double *y, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) y[i] = (double)x[i];
}

void ck_convert_to_float(const double *x, float *y, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) y[i] = (float)x[i];
}
