// Chooses the loops for the processor that runs the program.
#include <string.h>

#include "CKernels.h"

#define SUFFIX plain
#define F(name) name##_plain
#include "philox.inc"

extern const CKKernels ck_kernels_baseline_float, ck_kernels_baseline_double;
extern const CKProduct ck_product_baseline_float, ck_product_baseline_double;
extern const CKWinograd ck_winograd_baseline_float, ck_winograd_baseline_double;
extern const CKFactors ck_factors_baseline_double;
extern const CKFewRows ck_few_rows_baseline_double;
extern const CKClustering ck_clustering_baseline_double;
extern const CKTransport ck_transport_baseline;
extern const CKMixtures ck_mixtures_baseline;
extern const CKSorting ck_sorting_baseline;
#if defined(__x86_64__)
extern const CKKernels ck_kernels_avx2_float, ck_kernels_avx2_double;
extern const CKKernels ck_kernels_avx512_float, ck_kernels_avx512_double;
extern const CKProduct ck_product_avx2_float, ck_product_avx2_double;
extern const CKProduct ck_product_avx512_float, ck_product_avx512_double;
extern const CKWinograd ck_winograd_avx2_float, ck_winograd_avx2_double;
extern const CKWinograd ck_winograd_avx512_float, ck_winograd_avx512_double;
extern const CKFactors ck_factors_avx2_double, ck_factors_avx512_double;
extern const CKFewRows ck_few_rows_avx2_double, ck_few_rows_avx512_double;
extern const CKClustering ck_clustering_avx2_double, ck_clustering_avx512_double;
extern const CKTransport ck_transport_avx2, ck_transport_avx512;
extern const CKMixtures ck_mixtures_avx2, ck_mixtures_avx512;
extern const CKSorting ck_sorting_avx2, ck_sorting_avx512;
#endif

typedef struct {
  const char *name;
  const CKKernels *float32, *float64;
  const CKProduct *float32_product, *float64_product;
  const CKWinograd *float32_winograd, *float64_winograd;
  const CKFactors *factors;
  const CKFewRows *few_rows;
  const CKClustering *clustering;
  const CKTransport *transport;
  const CKMixtures *mixtures;
  const CKSorting *sorting;
  // The number of floating-point operations from which OpenBLAS' product is faster, in single precision.
  size_t largest_product;
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
    // Debian 12's OpenBLAS treats some processors with AVX-512 as having no AVX, and is slow.
    {"AVX-512", &ck_kernels_avx512_float, &ck_kernels_avx512_double, &ck_product_avx512_float,
     &ck_product_avx512_double, &ck_winograd_avx512_float, &ck_winograd_avx512_double,
     &ck_factors_avx512_double, &ck_few_rows_avx512_double, &ck_clustering_avx512_double,
     &ck_transport_avx512, &ck_mixtures_avx512, &ck_sorting_avx512, SIZE_MAX},
    {"AVX2", &ck_kernels_avx2_float, &ck_kernels_avx2_double, &ck_product_avx2_float,
     &ck_product_avx2_double, &ck_winograd_avx2_float, &ck_winograd_avx2_double,
     &ck_factors_avx2_double, &ck_few_rows_avx2_double, &ck_clustering_avx2_double,
     &ck_transport_avx2, &ck_mixtures_avx2, &ck_sorting_avx2, 1000000000},
#endif
    {"baseline", &ck_kernels_baseline_float, &ck_kernels_baseline_double,
     &ck_product_baseline_float, &ck_product_baseline_double, &ck_winograd_baseline_float,
     &ck_winograd_baseline_double,
     &ck_factors_baseline_double, &ck_few_rows_baseline_double, &ck_clustering_baseline_double,
     &ck_transport_baseline, &ck_mixtures_baseline, &ck_sorting_baseline, 0},
};

// The one that a test requested.
static const InstructionSet *chosen_set;

static const InstructionSet *best_set(void) {
  if (chosen_set) return chosen_set;
  const InstructionSet *set = sets;
  while (!processor_has(set->name)) set += 1;
  return set;
}

const CKKernels *ck_float32(void) { return best_set()->float32; }
const CKKernels *ck_float64(void) { return best_set()->float64; }
const char *ck_instruction_set(void) { return best_set()->name; }

static const InstructionSet *set_named(const char *name) {
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++)
    if (strcmp(sets[i].name, name) == 0 && processor_has(name)) return &sets[i];
  return NULL;
}

bool ck_use_instruction_set(const char *name) {
  chosen_set = set_named(name);
  return chosen_set != NULL;
}

const CKKernels *ck_kernels_named(const char *name, bool is_double) {
  const InstructionSet *set = set_named(name);
  return !set ? NULL : is_double ? set->float64 : set->float32;
}

static const CKProduct *product_of(const InstructionSet *set, bool is_double) {
  return is_double ? set->float64_product : set->float32_product;
}

const CKProduct *ck_product(bool is_double) { return product_of(best_set(), is_double); }

static const CKWinograd *winograd_of(const InstructionSet *set, bool is_double) {
  return is_double ? set->float64_winograd : set->float32_winograd;
}

const CKWinograd *ck_winograd(bool is_double) { return winograd_of(best_set(), is_double); }

const CKWinograd *ck_winograd_named(const char *name, bool is_double) {
  const InstructionSet *set = set_named(name);
  return set ? winograd_of(set, is_double) : NULL;
}

const CKProduct *ck_product_named(const char *name, bool is_double) {
  const InstructionSet *set = set_named(name);
  return set ? product_of(set, is_double) : NULL;
}

bool ck_product_is_faster(bool is_double, size_t work) {
  const size_t largest = best_set()->largest_product;
  return is_double ? largest > 0 : work < largest;
}

const CKFactors *ck_factors(void) { return best_set()->factors; }
const CKFewRows *ck_few_rows(void) { return best_set()->few_rows; }
const CKClustering *ck_clustering(void) { return best_set()->clustering; }
const CKTransport *ck_transport(void) { return best_set()->transport; }
const CKMixtures *ck_mixtures(void) { return best_set()->mixtures; }
const CKSorting *ck_sorting(void) { return best_set()->sorting; }

const CKFactors *ck_factors_named(const char *name) {
  const InstructionSet *set = set_named(name);
  return set ? set->factors : NULL;
}

const CKFewRows *ck_few_rows_named(const char *name) {
  const InstructionSet *set = set_named(name);
  return set ? set->few_rows : NULL;
}

const CKClustering *ck_clustering_named(const char *name) {
  const InstructionSet *set = set_named(name);
  return set ? set->clustering : NULL;
}

const CKMixtures *ck_mixtures_named(const char *name) {
  const InstructionSet *set = set_named(name);
  return set ? set->mixtures : NULL;
}

const CKSorting *ck_sorting_named(const char *name) {
  const InstructionSet *set = set_named(name);
  return set ? set->sorting : NULL;
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
