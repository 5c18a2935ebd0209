/* What the kernels of sample.cu and their test share. */
#ifndef TESTS_PTX_SAMPLE_H
#define TESTS_PTX_SAMPLE_H

/* Threads of a block; how many results each has. */
#define SAMPLE_THREADS   64
#define SAMPLE_SHUFFLES  10
#define SAMPLE_INTEGERS  12
#define SAMPLE_FUNCTIONS 8

struct sample_problem {
    int from_shared;
    unsigned shift;
    const void *in[2];
    float scale[3];
};

#endif
