// Declared here because the header that declares it is not on the default include path.
void openblas_set_num_threads(int number_of_threads);
