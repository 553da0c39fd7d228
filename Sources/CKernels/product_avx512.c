// The matrix product for x86 processors with 512-bit vectors.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma"))), \
                             apply_to = function)
#define F(name) name##_avx512
#define LANES 16
#define TILE_ROWS 14
#define INNER_BLOCK 256
#define ROW_BLOCK (12 * TILE_ROWS)
#include "product.inc"
#pragma clang attribute pop
#endif
