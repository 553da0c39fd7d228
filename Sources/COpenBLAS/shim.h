#include <cblas.h>
#include <stddef.h>

// LAPACK's own interface, for which no header is there: Debian's OpenBLAS contains LAPACK, but its C
// interface, LAPACKE, is a library of its own. Arguments are pointers, as Fortran has them; the
// lengths of the two texts follow at the end, as Fortran compilers pass them.

/// The eigenvalues and, for jobz "V", the eigenvectors of a symmetric matrix, by divide and conquer.
void dsyevd_(const char *jobz, const char *uplo, const blasint *n, double *a, const blasint *lda,
             double *w, double *work, const blasint *lwork, blasint *iwork,
             const blasint *liwork, blasint *info, size_t jobzLength, size_t uploLength);

/// The factors of an m x n matrix by Householder's reflections: R, and below it the reflections.
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
