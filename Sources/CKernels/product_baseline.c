// The matrix product, and the convolutions and factorisations built on it, for every processor.
#include "CKernels.h"
#define VECTOR_BYTES 16
#define TILE_ROWS 6
#define INNER_BLOCK 256
#define ROW_BLOCK (16 * TILE_ROWS)

#define REAL float
#define P(name) name##_baseline_float
#include "product.inc"
#include "winograd.inc"
#undef REAL
#undef P

#define REAL double
#define P(name) name##_baseline_double
#include "product.inc"
#include "winograd.inc"
#include "factors.inc"
#include "few_rows.inc"
#include "clustering.inc"
