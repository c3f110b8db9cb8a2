// Declared here because the header that declares it is not on the default include path.
void openblas_set_num_threads(int number_of_threads);

// C = alpha op(A) op(B) + beta C. Order 101 is by rows, 102 by columns; 111 takes a matrix as it is, 112 transposed.
void cblas_sgemm(
    int order, int transpose_a, int transpose_b, int m, int n, int k, float alpha, const float *a, int lda,
    const float *b, int ldb, float beta, float *c, int ldc);

// Eigenvalues (ascending, into w) and eigenvectors (columns of a, which is stored by columns) of a symmetric matrix; all
// arguments by address. `job` is V for both, `triangle` U or L. `info` is 0 where it succeeds; lengths of -1 only ask for
// those of `work` and `iwork`.
void ssyevd_(
    const char *job, const char *triangle, const int *n, float *a, const int *lda, float *w, float *work,
    const int *lwork, int *iwork, const int *liwork, int *info);
