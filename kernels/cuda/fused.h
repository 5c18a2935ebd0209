/* What the kernels of cuda_fused and their host code share; for nvcc and for the host's compilers. */
#ifndef IB_KERNELS_CUDA_FUSED_H
#define IB_KERNELS_CUDA_FUSED_H

/* Threads per block; a warp is 32 of them. */
#define FUSED_PASS_THREADS    256
#define FUSED_FINISH_THREADS  1024
#define FUSED_NETWORK_THREADS 512
#define FUSED_PREDICT_THREADS 128

/* A thread of a pass holds pieces of 16 bytes of a row: one, or several of wide rows. Several rows are in
 * flight at a time. */
#define FUSED_PIECE_BYTES 16
#define FUSED_WIDE_PIECES 4
#define FUSED_NARROW_ROWS 4
#define FUSED_WIDE_ROWS   2

/* Blocks of a pass that a multiprocessor runs at a time, for a type of so many bytes. nvcc keeps their
 * registers few enough; three in f64 would spill. */
#define FUSED_RESIDENT(wide, bytes) ((wide) || (bytes) > 4 ? 2 : 3)

/* The multiprocessors of the largest GPUs of compute capability 9.0. A pass has at most as many blocks as
 * these run at a time: the number depends on the problem alone, so that all GPUs add in the same order. */
#define FUSED_PROCESSORS 132

#define FUSED_MAX_LAYERS 9 /* IB_MAX_LAYERS */

struct fused_matrix {
    void *p; /* of the kernel's type */
    unsigned long long ld;
};

/* What is kept of each parameter: itself, and the optimiser's moments. */
#define FUSED_MAX_KEPT 3

/* A problem. Layer l maps width[l] features to width[l + 1]. `loss` is NULL if it is not needed, `step` (the
 * number of steps done) if the optimiser does not count, `taken` (the numbers of `rows` rows of x and y, in
 * their order) if a step takes all rows. */
struct fused_net {
    int act, loss_kind, optimizer;
    unsigned n_layers, width[FUSED_MAX_LAYERS + 1], kept;
    unsigned long long rows;
    struct fused_matrix x, y, w[FUSED_MAX_KEPT][FUSED_MAX_LAYERS]; /* w[0]: the weights; then their moments */
    void *b[FUSED_MAX_KEPT][FUSED_MAX_LAYERS], *loss, *step;
    const unsigned *taken;
};

/* The mini-batches of a launch, whose net has `taken`: the order of the rows in one epoch, then in others, of
 * net.rows numbers each, `length` in all, after which the first come again. The first batch begins at `at`;
 * it and the rest of its epoch have `left` rows. Losses are added up from step `loss_from` on, from 0, to
 * those that net.loss has already if it `continues`. */
struct fused_batches {
    unsigned long long length, at, left, batch, steps, loss_from;
    unsigned pitch; /* of columns in shared memory; at least `batch` */
    unsigned lanes; /* that share the rows of a sum: a power of two up to 32 */
    int continues;
};

/* The optimiser's numbers. Of a beta of Adam: itself, 1 - beta, and its logarithm; the first is also the
 * momentum. */
#define FUSED_RULE(real)                                                                                     \
    {                                                                                                        \
        real rate, decay, kept1, added1, log1, kept2, added2, log2, epsilon;                                 \
    }
struct fused_rule_f32 FUSED_RULE(float);
struct fused_rule_f64 FUSED_RULE(double);

#endif
