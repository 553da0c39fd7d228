// The single-precision matrix product for the sizes of small networks, on processors with AVX2.
//
// After Goto and van de Geijn, "Anatomy of high-performance matrix multiplication" (2008): a tile of
// C stays in registers while it runs along a block of the inner dimension; B is packed into panels
// as wide as a tile; A is read where it lies unless that means jumping. A general library packs both
// factors and clears C first, which at these sizes is a seventh of its time.
#if defined(__x86_64__)
#include "CKernels.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

enum {
  LANES = 8,
  // Six rows of two vectors: twelve sums, and two vectors of B and a factor of A beside them.
  TILE_ROWS = 6,
  TILE_COLUMNS = 2 * LANES,
  // A panel of B of at most this depth stays in the first-level cache, a block of A in the second.
  INNER_BLOCK = 320,
  ROW_BLOCK = 20 * TILE_ROWS,
};

typedef float vector __attribute__((ext_vector_type(LANES), aligned(sizeof(float))));

static size_t rounded_up(size_t n) { return (n + TILE_COLUMNS - 1) / TILE_COLUMNS * TILE_COLUMNS; }

// One tile of `rows` x `vectors` vectors, of which `columns` are written to C or added to it. Both
// are constants where this is inlined, so that the sums are registers.
static inline __attribute__((always_inline)) void compute_tile(
    const int rows, const int vectors, const float *restrict a, size_t a_row, size_t a_column,
    const float *restrict panel, size_t inner, const float *bias, float *restrict c, size_t c_row,
    size_t columns, bool is_added) {
  vector sums[TILE_ROWS][2];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < vectors; v++) sums[i][v] = bias ? *(const vector *)(bias + v * LANES) : 0;
  for (size_t l = 0; l < inner; l++) {
    const vector *b = (const vector *)(panel + l * TILE_COLUMNS);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      const vector factor = a[(size_t)i * a_row + l * a_column];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sums[i][v] += factor * b[v];
    }
  }
  if (columns == (size_t)vectors * LANES) {
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      vector *target = (vector *)(c + (size_t)i * c_row);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) target[v] = is_added ? target[v] + sums[i][v] : sums[i][v];
    }
    return;
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    float row[TILE_COLUMNS], *target = c + (size_t)i * c_row;
    for (int v = 0; v < vectors; v++) *(vector *)(row + v * LANES) = sums[i][v];
    for (size_t j = 0; j < columns; j++) target[j] = is_added ? target[j] + row[j] : row[j];
  }
}

#define TILE(rows, vectors)                                                                     \
  case rows * 2 + vectors - 1:                                                                  \
    compute_tile(rows, vectors, a, a_row, a_column, panel, inner, bias, c, c_row, columns,      \
                 is_added);                                                                     \
    break;
#define TILES(rows) TILE(rows, 1) TILE(rows, 2)

// Not inlined, so that the addresses of its rows have the registers to themselves.
static __attribute__((noinline)) void compute_tile_of_size(
    size_t rows, size_t columns, const float *a, size_t a_row, size_t a_column, const float *panel,
    size_t inner, const float *bias, float *c, size_t c_row, bool is_added) {
  switch (rows * 2 + (columns > LANES)) { TILES(1) TILES(2) TILES(3) TILES(4) TILES(5) TILES(6) }
}

// MARK: Packing

#define INTERLEAVED_LOW(a, b, width)                                                            \
  (width == 1 ? __builtin_shufflevector(a, b, 0, 8, 1, 9, 4, 12, 5, 13)                         \
              : __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13))
#define INTERLEAVED_HIGH(a, b, width)                                                           \
  (width == 1 ? __builtin_shufflevector(a, b, 2, 10, 3, 11, 6, 14, 7, 15)                       \
              : __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15))

// Transposes 8 x 8: pairs, then fours within the halves, then the halves.
static inline __attribute__((always_inline)) void transpose(const float *x, size_t x_row, float *y,
                                                            size_t y_row) {
  vector r[8], s[8];
  for (int i = 0; i < 8; i++) r[i] = *(const vector *)(x + (size_t)i * x_row);
  for (int i = 0; i < 8; i += 2) {
    s[i] = INTERLEAVED_LOW(r[i], r[i + 1], 1);
    s[i + 1] = INTERLEAVED_HIGH(r[i], r[i + 1], 1);
  }
  for (int i = 0; i < 8; i += 4) {
    r[i] = INTERLEAVED_LOW(s[i], s[i + 2], 2);
    r[i + 1] = INTERLEAVED_HIGH(s[i], s[i + 2], 2);
    r[i + 2] = INTERLEAVED_LOW(s[i + 1], s[i + 3], 2);
    r[i + 3] = INTERLEAVED_HIGH(s[i + 1], s[i + 3], 2);
  }
  for (int i = 0; i < 4; i++) {
    *(vector *)(y + (size_t)i * y_row) =
        __builtin_shufflevector(r[i], r[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    *(vector *)(y + (size_t)(i + 4) * y_row) =
        __builtin_shufflevector(r[i], r[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

// `inner` rows of B into panels of TILE_COLUMNS columns, the last one filled up with zeros.
static void pack_panels(const float *restrict b, size_t b_row, size_t b_column, size_t inner,
                        size_t n, float *restrict panels) {
  for (size_t j = 0; j < n; j += TILE_COLUMNS, panels += inner * TILE_COLUMNS) {
    const size_t width = n - j < TILE_COLUMNS ? n - j : TILE_COLUMNS;
    const float *source = b + j * b_column;
    size_t l = 0;
    if (width == TILE_COLUMNS && b_column == 1) {
      for (; l < inner; l++)
        __builtin_memcpy(panels + l * TILE_COLUMNS, source + l * b_row,
                         TILE_COLUMNS * sizeof(float));
    } else if (width == TILE_COLUMNS && b_row == 1) {
      for (; l + LANES <= inner; l += LANES) {
        transpose(source + l, b_column, panels + l * TILE_COLUMNS, TILE_COLUMNS);
        transpose(source + l + LANES * b_column, b_column, panels + l * TILE_COLUMNS + LANES,
                  TILE_COLUMNS);
      }
    }
    for (; l < inner; l++)
      for (size_t q = 0; q < TILE_COLUMNS; q++)
        panels[l * TILE_COLUMNS + q] = q < width ? source[l * b_row + q * b_column] : 0;
  }
}

// A block of A that is stored transposed, so that a tile's rows lie side by side.
static void pack_rows(const float *restrict a, size_t a_row, size_t a_column, size_t inner,
                      size_t rows, float *restrict packed) {
  for (size_t l = 0; l < inner; l++)
    for (size_t i = 0; i < rows; i++) packed[l * rows + i] = a[i * a_row + l * a_column];
}

// MARK: The product

size_t ck_product_scratch_avx2(size_t n) {
  return rounded_up(n) * (INNER_BLOCK + 1) + ROW_BLOCK * INNER_BLOCK;
}

void ck_product_avx2(const float *a, size_t a_row, size_t a_column, const float *b, size_t b_row,
                     size_t b_column, const float *bias, float *c, size_t c_row, size_t m, size_t n,
                     size_t k, float *scratch) {
  float *panels = scratch, *packed_rows = panels + rounded_up(n) * INNER_BLOCK;
  float *padded_bias = packed_rows + ROW_BLOCK * INNER_BLOCK;
  for (size_t j = 0; bias && j < rounded_up(n); j++) padded_bias[j] = j < n ? bias[j] : 0;

  const size_t blocks = (m + ROW_BLOCK - 1) / ROW_BLOCK;
  const size_t depths = (k + INNER_BLOCK - 1) / INNER_BLOCK;
  // Equal depths, because a shallow block would do little between fetching a tile and storing it; a
  // multiple of a vector's width for the transposition.
  const size_t depth = (k + depths * LANES - 1) / (depths * LANES) * LANES;
  for (size_t l = 0; l < k; l += depth) {
    const size_t inner = k - l < depth ? k - l : depth;
    pack_panels(b + l * b_row, b_row, b_column, inner, n, panels);
    for (size_t block = 0; block < blocks; block++) {
      // Blocks, and tiles in them, are of nearly equal heights: a low one at the end would be slow.
      const size_t first = m * block / blocks, rows = m * (block + 1) / blocks - first;
      const size_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS;
      const float *block_a = a + first * a_row + l * a_column;
      size_t row_step = a_row, column_step = a_column;
      if (a_column != 1) {
        pack_rows(block_a, a_row, a_column, inner, rows, packed_rows);
        block_a = packed_rows;
        row_step = 1;
        column_step = rows;
      }
      for (size_t j = 0; j < n; j += TILE_COLUMNS) {
        const size_t columns = n - j < TILE_COLUMNS ? n - j : TILE_COLUMNS;
        for (size_t tile = 0; tile < tiles; tile++) {
          const size_t i = rows * tile / tiles, height = rows * (tile + 1) / tiles - i;
          compute_tile_of_size(height, columns, block_a + i * row_step, row_step, column_step,
                               panels + j * inner, inner, bias && l == 0 ? padded_bias + j : NULL,
                               c + (first + i) * c_row + j, c_row, l > 0);
        }
      }
    }
  }
}

#pragma clang attribute pop
#endif
