// The matrix product for x86 processors with 256-bit vectors.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define F(name) name##_avx2
#define LANES 8
#define TILE_ROWS 6
#define INNER_BLOCK 320
#define ROW_BLOCK (20 * TILE_ROWS)
#include "product.inc"
#pragma clang attribute pop
#endif
