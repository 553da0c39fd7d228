// The matrix product, and the convolutions and factorisations built on it, for x86 processors with
// 512-bit vectors.
#if defined(__x86_64__)
#include "CKernels.h"
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma"))), \
                             apply_to = function)
#define VECTOR_BYTES 64
#define TILE_ROWS 14
#define INNER_BLOCK 256
#define ROW_BLOCK (12 * TILE_ROWS)

#define REAL float
#define P(name) name##_avx512_float
#include "product.inc"
#include "winograd.inc"
#undef REAL
#undef P

// Blocks of doubles are deeper, because their tiles of C come from the last-level cache; a block
// holds as much of A as before.
#undef INNER_BLOCK
#undef ROW_BLOCK
#define INNER_BLOCK 512
#define ROW_BLOCK (6 * TILE_ROWS)
#define REAL double
#define P(name) name##_avx512_double
#include "product.inc"
#include "winograd.inc"
#include "factors.inc"
#include "few_rows.inc"
#include "clustering.inc"
#pragma clang attribute pop
#endif
