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
// LAPACK by its Fortran names: matrices by columns, every argument by address, complex numbers as pairs of doubles.

// Eigenvalues and eigenvectors of a real symmetric matrix.
void dsyevd_(
    const char *job, const char *triangle, const int *order, double *matrix, const int *leading, double *eigenvalues,
    double *work, const int *work_size, int *integer_work, const int *integer_work_size, int *status);

// Eigenvalues and eigenvectors of a complex matrix.
void zgeev_(
    const char *left_job, const char *right_job, const int *order, double *matrix, const int *leading,
    double *eigenvalues, double *left, const int *left_leading, double *right, const int *right_leading, double *work,
    const int *work_size, double *real_work, int *status);

// The solution of complex linear equations.
void zgesv_(
    const int *order, const int *columns, double *matrix, const int *leading, int *pivots, double *right_sides,
    const int *right_leading, int *status);

// C = alpha A B + beta C, with A or B transposed where its letter is T.
void dgemm_(
    const char *first_transposed, const char *second_transposed, const int *rows, const int *columns, const int *inner,
    const double *alpha, const double *first, const int *first_leading, const double *second,
    const int *second_leading, const double *beta, double *result, const int *result_leading);
