#include <cblas.h>
#include <stddef.h>

// LAPACK's own interface, for which there is no header: Debian's OpenBLAS contains LAPACK, but its
// C interface, LAPACKE, is a separate library. Arguments are pointers, as in Fortran; the lengths
// of texts follow at the end, as Fortran compilers pass them.

/// Reduces a symmetric matrix to a tridiagonal one, Qᵀ·A·Q, by reflections, which it leaves in the matrix.
void dsytrd_(const char *uplo, const blasint *n, double *a, const blasint *lda, double *diagonal,
             double *beside, double *tau, double *work, const blasint *lwork, blasint *info,
             size_t uploLength);

/// The eigenvalues and, for compz "I", the eigenvectors of a symmetric tridiagonal matrix, by divide and
/// conquer.
void dstedc_(const char *compz, const blasint *n, double *diagonal, double *beside, double *z,
             const blasint *ldz, double *work, const blasint *lwork, blasint *iwork,
             const blasint *liwork, blasint *info, size_t compzLength);

/// Multiplies an m x n matrix by the Q of `dsytrd_`.
void dormtr_(const char *side, const char *uplo, const char *trans, const blasint *m, const blasint *n,
             const double *a, const blasint *lda, const double *tau, double *c, const blasint *ldc,
             double *work, const blasint *lwork, blasint *info, size_t sideLength, size_t uploLength,
             size_t transLength);

/// The factors of an m x n matrix by Householder reflections: R, and below it the reflections.
void dgeqrf_(const blasint *m, const blasint *n, double *a, const blasint *lda, double *tau,
             double *work, const blasint *lwork, blasint *info);

/// The first n columns of the product of k such reflections.
void dorgqr_(const blasint *m, const blasint *n, const blasint *k, double *a, const blasint *lda,
             const double *tau, double *work, const blasint *lwork, blasint *info);

/// The singular values of an m x n matrix and, for jobz "S", the first min(m, n) vectors of both sides,
/// by divide and conquer.
void dgesdd_(const char *jobz, const blasint *m, const blasint *n, double *a, const blasint *lda,
             double *s, double *u, const blasint *ldu, double *vt, const blasint *ldvt, double *work,
             const blasint *lwork, blasint *iwork, blasint *info, size_t jobzLength);
