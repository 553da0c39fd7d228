// Triangular solves and factorisations of matrices of double precision, over the package's own product,
// on the calling thread. A part of CKernels.h, which includes it.
#include <stdbool.h>
#include <stddef.h>

#pragma clang assume_nonnull begin

typedef struct {
  // The number of elements that the functions need as scratch space, for a matrix of n x n elements
  // and the given number of right-hand columns.
  size_t (*scratch_count)(size_t n, size_t columns);
  // B = T^-1 B for a lower or an upper triangular T of n x n and a B of n x m, whose rows are b_row
  // apart. Element (i, j) of T is at t[i * t_row + j * t_column]; one of the two steps is 1. The other
  // triangle is not read, and neither is the diagonal if it is assumed to be ones.
  void (*solve)(const double *t, size_t t_row, size_t t_column, bool is_lower, bool has_unit_diagonal,
                double *b, size_t b_row, size_t n, size_t m, double *scratch);
  // B = B T^-T for a lower triangular T of n x n, stored row by row, and a B of m x n.
  void (*solve_right)(const double *t, size_t t_row, double *b, size_t b_row, size_t n, size_t m,
                      double *scratch);
  // The lower triangle of a symmetric A of n x n becomes L, A = L L^T; the elements above the diagonal become
  // undefined. Returns 0, or the order of the first leading minor that is not positive and finite; in the
  // latter case, L is incomplete.
  size_t (*cholesky)(double *a, size_t a_row, size_t n, double *scratch);
  // The same for the matrices [begin, end) of n x n, n <= CK_SMALL_MATRIX, as many side by side as a vector
  // has elements. L has zeros above the diagonal; minors[i] is the result of `cholesky`.
  void (*cholesky_of_small)(const double *a, double *l, size_t n, size_t *minors, size_t begin,
                            size_t end);
  // A of m x n, m >= n, becomes L and U, P A = L U, by partial pivoting: for i = 0, 1, ... in turn, row i was
  // exchanged with row pivots[i] >= i. A pivot that is 0 or NaN is not exchanged.
  void (*lu)(double *a, size_t a_row, size_t m, size_t n, size_t *pivots, double *scratch);
  // Exchanges rows as `lu` did, or back, for rows of n elements.
  void (*exchange_rows)(double *a, size_t a_row, size_t n, const size_t *pivots, size_t count,
                        bool is_backwards);
  // The lower triangle of C -= A A^T for an A of n x k and a C of n x n; the elements above the diagonal
  // become undefined.
  void (*subtract_square)(const double *a, size_t a_row, double *c, size_t c_row, size_t n, size_t k,
                          double *scratch);
  // Y = X^T for an X of m x n in different memory.
  void (*transpose)(const double *x, size_t x_row, size_t m, size_t n, double *y, size_t y_row);
} CKFactors;

typedef struct {
  // C = A B, or C += A B, for m <= CK_FEW_ROWS rows of A and C. Element (i, l) of A is at a[i * a_row + l *
  // a_column]. B is k x n, or stored transposed, n x k, with an a_column of 1; its stored rows are b_row
  // apart.
  void (*multiply)(const double *a, size_t a_row, size_t a_column, const double *b, size_t b_row,
                   bool is_transposed, double *c, size_t c_row, size_t m, size_t n, size_t k,
                   bool accumulates);
} CKFewRows;

// The largest number of rows that counts as few.
#define CK_FEW_ROWS 4

// The largest order of a small matrix.
#define CK_SMALL_MATRIX 32

// For this processor and, for tests, for a named instruction set, or NULL if this processor lacks it.
const CKFactors *ck_factors(void);
const CKFactors *_Nullable ck_factors_named(const char *name);

const CKFewRows *ck_few_rows(void);
const CKFewRows *_Nullable ck_few_rows_named(const char *name);

#pragma clang assume_nonnull end
