#include <cblas.h>
#include <stddef.h>

// LAPACK's own interface, for which no header is there: Debian's OpenBLAS contains LAPACK, but its C
// interface, LAPACKE, is a library of its own. Arguments are pointers, as Fortran has them; the
// lengths of the two texts follow at the end, as Fortran compilers pass them.

/// The eigenvalues and, for jobz "V", the eigenvectors of a symmetric matrix, by divide and conquer.
void dsyevd_(const char *jobz, const char *uplo, const blasint *n, double *a, const blasint *lda,
             double *w, double *work, const blasint *lwork, blasint *iwork,
             const blasint *liwork, blasint *info, size_t jobzLength, size_t uploLength);
