// The matrix product, and the convolutions and factorisations built on it, for x86 processors with
// 256-bit vectors.
#if defined(__x86_64__)
#include "CKernels.h"
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define VECTOR_BYTES 32
#define TILE_ROWS 6
#define INNER_BLOCK 320
#define ROW_BLOCK (20 * TILE_ROWS)

#define REAL float
#define P(name) name##_avx2_float
#include "product.inc"
#include "winograd.inc"
#undef REAL
#undef P

#define REAL double
#define P(name) name##_avx2_double
#include "product.inc"
#include "winograd.inc"
#include "factors.inc"
#include "few_rows.inc"
#include "clustering.inc"
#pragma clang attribute pop
#endif
